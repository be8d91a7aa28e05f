import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type GuardedProcess, spawnGuarded } from '../../../deploy/local/processes/guardedProcess.ts'
import { freePorts } from '../../../deploy/local/stack/ports.ts'
import { eventually } from '../../../test/support/eventually.ts'
import { fetchOk } from '../../../test/support/http.ts'

let folder: string
let mailbox: GuardedProcess | undefined

beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'petrel-mailbox-'))))
afterEach(async () => {
  await mailbox?.stop('SIGKILL')
  await rm(folder, { recursive: true })
})

async function start(env: Readonly<Record<string, string>>): Promise<GuardedProcess> {
  const main = join(import.meta.dirname, 'main.ts')
  return (mailbox = await spawnGuarded('mailbox', process.execPath, [main], { stdio: ['ignore', 'pipe', 'pipe'], env }))
}

/** Its first line, of its log or of its complaint. */
async function firstLine({ stdout, stderr }: GuardedProcess): Promise<string> {
  const first = [stdout, stderr].map(async (output) => (output ? once(createInterface({ input: output }), 'line') : []))
  return String((await Promise.any(first))[0])
}

test('SIGTERM ends it in order, also while a client keeps its connection and sends nothing', async () => {
  const [smtp = 0, http = 0] = await freePorts(2)
  const running = await start({ MAILBOX_DATA: folder, SMTP_PORT: String(smtp), MAILBOX_PORT: String(http) })
  expect(await firstLine(running)).toContain(`the mailbox takes mails on port ${smtp} of 127.0.0.1`)
  for (const path of ['/live', '/ready']) expect((await fetch(`http://127.0.0.1:${http}${path}`)).status).toBe(200)
  const client = connect(smtp, '127.0.0.1')
  await once(client, 'data')

  running.kill('SIGTERM')

  expect(await running.exited).toEqual({ code: 0, signal: null })
  client.destroy()
})

test('it answers what a cluster and Prometheus ask, on a port of its own', async () => {
  const [smtp = 0, http = 0, ops = 0] = await freePorts(3)
  const ports = { SMTP_PORT: String(smtp), MAILBOX_PORT: String(http), OPS_PORT: String(ops) }
  const running = await start({ MAILBOX_DATA: folder, ...ports })
  const at = (path: string) => `http://127.0.0.1:${ops}${path}`
  for (const path of ['/live', '/ready']) await eventually(() => fetchOk(at(path)))
  expect(await (await fetchOk(at('/metrics'))).text()).toContain('mailbox_mails_kept{endpoint="mailbox"} 0')
  running.kill('SIGTERM')
  expect(await running.exited).toEqual({ code: 0, signal: null })
})

test('it says which settings it cannot use', async () => {
  const running = await start({ SMTP_PORT: 'twenty-five' })
  const said = await firstLine(running)
  expect(said).toMatch(/^mailbox cannot start\. .*SMTP_PORT: .*MAILBOX_DATA: /)
  expect(await running.exited).toEqual({ code: 1, signal: null })
})
