import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { startChild } from '../processes/child.ts'
import { beginningOf } from '../processes/pidFile.ts'
import { Problem } from '../problem.ts'
import { keepServer, type KeptServer } from './keptServer.ts'

let folder: string
let server: KeptServer | undefined
let lines: string[]
let changes: boolean[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'petrel-kept-'))
  lines = []
  changes = []
})

afterEach(async () => {
  await server?.stop()
  await rm(folder, { recursive: true })
})

const keep = (start: (signal: AbortSignal) => ReturnType<typeof sleeper>) =>
  keepServer(start, { log: (line) => lines.push(line), onChange: (isUp) => changes.push(isUp) })

test('a server that was killed is started again, and two lines say so', async () => {
  server = await keep(sleeper)
  const before = server.pid()

  process.kill(before, 'SIGKILL')

  await eventually(() => expect(changes).toEqual([false, true]))
  expect(server.pid()).not.toBe(before)
  expect(beginningOf(server.pid())).toBeDefined()
  expect(lines).toEqual([
    'Kafka ended (killed with SIGKILL); starting it again in 1 s. What needs it waits; nothing is lost.',
    expect.stringMatching(/^Kafka is back after [\d.]+ s\.$/),
  ])
})

test('a server that does not start again is tried again, a line each time, until it does', async () => {
  let starts = 0
  server = await keep(async () => {
    starts += 1
    if (starts === 2) throw new Problem('Kafka stopped while starting. Its last lines (all of them: kafka.log):\n    out of luck')
    return sleeper()
  })

  process.kill(server.pid(), 'SIGKILL')

  await eventually(() => expect(changes).toEqual([false, true]))
  expect(lines[1]).toBe(
    'Kafka does not start: Kafka stopped while starting; starting it again in 2 s. What needs it waits; nothing is lost.',
  )
})

test('a server that is stopped stays away, also when it was just about to be started again', async () => {
  server = await keep(sleeper)
  process.kill(server.pid(), 'SIGKILL')
  await eventually(() => expect(lines).toHaveLength(1))

  await server.stop()

  expect(changes).toEqual([false])
})

test('of a server that ended because its disk is full, that is said', async () => {
  let starts = 0
  server = await keep(() => {
    starts += 1
    return starts === 1 ? shell('echo "java.io.IOException: No space left on device"; exit 1') : sleeper()
  })
  await eventually(() => expect(changes).toEqual([false, true]))
  expect(lines[0]).toContain('Kafka ended (exit code 1): the disk is full; starting it again in 1 s.')
})

test('the first start can be given up', async () => {
  const signal = AbortSignal.timeout(0)
  const given = keepServer(endlessStart, { log: () => {}, signal, onChange: () => {} })
  await expect(given).rejects.toThrow(/timeout/)
})

async function endlessStart(signal: AbortSignal): Promise<never> {
  await once(signal, 'abort')
  throw signal.reason
}

const sleeper = () => shell('exec sleep 300')

const shell = (script: string) =>
  startChild({
    name: 'Kafka',
    command: '/bin/sh',
    args: ['-c', script],
    logFile: join(folder, 'kafka.log'),
    pidFile: join(folder, 'pid'),
  })
