import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type GuardedProcess, spawnGuarded } from '../../../deploy/local/processes/guardedProcess.ts'
import { freePorts } from '../../../deploy/local/stack/ports.ts'
import { eventually } from '../../../test/support/eventually.ts'
import { fetchOk, getJson } from '../../../test/support/http.ts'

let folder: string
let mailbox: GuardedProcess | undefined

beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'petrel-mailbox-'))))
afterEach(async () => {
  await mailbox?.stop('SIGKILL')
  await rm(folder, { recursive: true })
})

/** With as much heap as in its image (deploy/Dockerfile). @returns where it listens */
async function start(): Promise<{ smtp: number; url: string }> {
  const [smtp = 0, http = 0] = await freePorts(2)
  const env = { MAILBOX_DATA: folder, SMTP_PORT: String(smtp), MAILBOX_PORT: String(http) }
  const main = join(import.meta.dirname, 'main.ts')
  const heap = ['--max-old-space-size=64', '--max-semi-space-size=2']
  mailbox = await spawnGuarded('mailbox', process.execPath, [...heap, main], { stdio: 'ignore', env })
  const url = `http://127.0.0.1:${http}`
  await eventually(() => fetchOk(`${url}/ready`))
  return { smtp, url }
}

async function deliver(count: number, port: number): Promise<void> {
  const transport = createTransport({ host: '127.0.0.1', port, pool: true, maxConnections: 8, maxMessages: Infinity })
  let next = 1
  const sender = async () => {
    for (let number = next++; number <= count; number = next++) {
      const to = `customer-${number}@example.org`
      const text = 'Thank you for your order. '.repeat(60)
      await transport.sendMail({
        from: 'shop@petrel.example',
        to,
        subject: 'Tea',
        text,
        headers: { 'X-Order-Id': String(number) },
      })
    }
  }
  await Promise.all(Array.from({ length: 16 }, sender))
  transport.close()
}

test('a mailbox with little memory takes 100,000 mails, keeps the newest, and is there again after a restart', async () => {
  const first = await start()
  await deliver(100_000, first.smtp)
  const counts = await getJson<{ kept: number }>(`${first.url}/api/count`)
  expect(counts).toMatchObject({ came: 100_000 })
  expect(counts.kept).toBeGreaterThan(17_000)
  expect(counts.kept).toBeLessThanOrEqual(20_000)
  expect(await getJson(`${first.url}/api/mails`)).toHaveLength(counts.kept)

  await mailbox?.stop('SIGKILL')
  const second = await start()
  expect(await getJson(`${second.url}/api/count`)).toEqual(counts)
  expect(await getJson(`${second.url}/api/count?order=99999&to=customer-99999@example.org`)).toMatchObject({ count: 1 })
  expect(await getJson(`${second.url}/api/count?order=1`)).toMatchObject({ count: 0 })
})
