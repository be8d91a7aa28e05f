import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { beginningOf } from './pidFile.ts'

const module = fileURLToPath(new URL('guardedProcess.ts', import.meta.url))

test('what a process has started ends with it, even when it is killed without warning', async () => {
  const program = `
    const { spawnGuarded } = await import(${JSON.stringify(module)})
    const children = [await spawnGuarded('a', 'sleep', ['300'], { stdio: 'ignore' }), await spawnGuarded('b', 'sleep', ['300'], { stdio: 'ignore' })]
    console.log(children.map((child) => child.pid).join(' '))
    setInterval(() => {}, 1000)`
  const starter = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface({ input: starter.stdout }), 'line')) as [string]
  const pids = line.split(' ').map(Number)
  expect(pids.map((pid) => beginningOf(pid) !== undefined)).toEqual([true, true])

  starter.kill('SIGKILL')

  await eventually(() => expect(pids.map(beginningOf)).toEqual([undefined, undefined]))
})
