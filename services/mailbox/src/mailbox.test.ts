import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type MetricsRegistry, processRegistry } from '@petrel/messaging/metrics'
import { createTransport } from 'nodemailer'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePorts } from '../../../deploy/local/stack/ports.ts'
import { expose } from '../../../packages/messaging/src/metrics/exposition.ts'
import { scrapeOf } from '../../../test/metrics/scrape.ts'
import { type Mailbox, startMailbox } from './mailbox.ts'

let dataDir: string
let mailbox: Mailbox
let ports: { smtpPort: number; httpPort: number }
let registry: MetricsRegistry

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'petrel-mailbox-'))
  const [smtpPort = 0, httpPort = 0] = await freePorts(2)
  ports = { smtpPort, httpPort }
  registry = processRegistry('mailbox')
  mailbox = await startMailbox({ dataDir, ...ports, registry })
})

afterEach(async () => {
  await mailbox.stop()
  await rm(dataDir, { recursive: true })
})

test('a mail can be found by its reader, whatever the case of the address', async () => {
  await deliver('Ada@Example.com', '<1@petrel.example>')
  await deliver('bob@example.com', '<2@petrel.example>')
  const found = await mailsTo('ada@example.com')
  expect(found).toHaveLength(1)
  expect(found[0]).toMatchObject({
    messageId: '<1@petrel.example>',
    to: ['ada@example.com'],
    subject: 'Tea',
    text: 'Hello & welcome\n',
  })
})

test('mails are still there after a restart, even when the last one was cut short by a crash', async () => {
  await deliver('ada@example.com', '<1@petrel.example>')
  await mailbox.stop()
  const [file = ''] = await readdir(dataDir)
  await appendFile(join(dataDir, file), '{"from":"shop@petrel.example","to":["ada@exam')
  mailbox = await startMailbox({ dataDir, ...ports })
  await deliver('ada@example.com', '<2@petrel.example>')
  expect((await mailsTo('ada@example.com')).map(({ messageId }) => messageId)).toEqual([
    '<1@petrel.example>',
    '<2@petrel.example>',
  ])
})

test('the mails about an order can be found, those from an earlier version as well', async () => {
  await mailbox.stop()
  const former = { id: 1, messageId: '<1@petrel.example>', from: 'shop@petrel.example', to: ['ada@example.com'], subject: 'Tea' }
  const line = JSON.stringify({ ...former, text: '', html: '', at: '2026-03-01T10:00:00Z', orderId: '42' })
  await appendFile(join(dataDir, 'mails.jsonl'), `${line}\n`)
  mailbox = await startMailbox({ dataDir, ...ports })
  await deliver('ada@example.com', '<2@petrel.example>', '<p>This is not about 42.</p>')
  await deliver('bob@example.com', '<3@petrel.example>', undefined, '42')
  const found = (await (await fetch(url('/api/mails?order=42'))).json()) as object[]
  expect(found).toMatchObject([former, { id: 3, messageId: '<3@petrel.example>', orderId: '42' }])
})

test('the page shows what a mail says, and runs nothing of it', async () => {
  await deliver('ada@example.com', '<1@petrel.example>', '<script>alert(1)</script><p>Hello</p>')
  const list = await (await fetch(url('/'))).text()
  expect(list).toContain('<a href="/mails/1">Tea</a>')
  const page = await (await fetch(url('/mails/1'))).text()
  expect(page).toContain('<iframe sandbox ')
  expect(page).not.toContain('<script>')
})

test('a mail from an earlier version is taken over once', async () => {
  await mailbox.stop()
  const line = JSON.stringify({ from: '', to: ['ada@example.com'], at: '2026-03-01T10:00:00Z', raw: 'X-Order-Id: 42\r\n\r\nTea' })
  await appendFile(join(dataDir, 'mails.jsonl'), `${line}\n{"from":"sho`)
  for (const _ of ['first', 'second']) {
    mailbox = await startMailbox({ dataDir, ...ports })
    expect(await countOf('/api/count?order=42')).toMatchObject({ count: 1, came: 1, since: '2026-03-01T10:00:00.000Z' })
    await mailbox.stop()
  }
  mailbox = await startMailbox({ dataDir, ...ports })
})

test('the oldest mails leave when more came than are kept, and it is still known how many came', async () => {
  await startAgain(16)
  await deliverAll(numbers(41).map((number) => mail('ada@example.com', `<${number}@petrel.example>`, undefined, String(number))))
  const before = await countOf('/api/count')
  expect(before).toMatchObject({ count: 15, came: 41, kept: 15 })
  expect((await mailsTo('ada@example.com')).map(({ messageId }) => messageId)).toEqual(
    numbers(41)
      .slice(26)
      .map((number) => `<${number}@petrel.example>`),
  )
  expect(await countOf('/api/count?order=3')).toMatchObject({ count: 0 })
  expect(await countOf('/api/count?order=40')).toMatchObject({ count: 1 })
  expect(await countOf('/api/count?after=40')).toMatchObject({ count: 1 })
  expect((await fetch(url('/mails/1'))).status).toBe(404)
  expect((await fetch(url('/mails/41'))).status).toBe(200)
  expect(await (await fetch(url('/'))).text()).toMatch(/41 mails came since <time .*<\/time>; the newest 15 are kept\./)
  expect(await readdir(dataDir)).toHaveLength(8)

  await startAgain(16)
  expect(await countOf('/api/count')).toEqual(before)
  await startAgain(8)
  expect(await countOf('/api/count')).toMatchObject({ count: 7, came: 41 })
  await deliver('ada@example.com', '<41@petrel.example>')
  expect((await mailsTo('ada@example.com')).at(-1)).toMatchObject({ id: 42, messageId: '<41@petrel.example>' })
})

test('mails that come at the same time are all kept, each once', async () => {
  await startAgain(80)
  await Promise.all(numbers(40).map((number) => deliver(`customer-${number}@example.com`, `<${number}@petrel.example>`)))
  const found = await Promise.all(numbers(40).map((number) => mailsTo(`customer-${number}@example.com`)))
  expect(found.flat().map(({ messageId }) => messageId)).toEqual(numbers(40).map((number) => `<${number}@petrel.example>`))
  await startAgain(80)
  expect(await countOf('/api/count')).toMatchObject({ count: 40, came: 40 })
})

test('an order id that goes on in the next line of the header is found', async () => {
  const orderId = `order ${'with a long name '.repeat(8)}`.trim()
  await deliver('ada@example.com', '<1@petrel.example>', undefined, orderId)
  expect(await countOf(`/api/count?order=${encodeURIComponent(orderId)}`)).toMatchObject({ count: 1 })
})

test('a mail that is too large is refused for good, and those after it are taken', async () => {
  const tooLarge = deliver('ada@example.com', '<1@petrel.example>', `<p>${'tea '.repeat(400_000)}</p>`)
  await expect(tooLarge).rejects.toMatchObject({ responseCode: 552 })
  await deliver('ada@example.com', '<2@petrel.example>')
  expect(await mailsTo('ada@example.com')).toMatchObject([{ messageId: '<2@petrel.example>' }])
})

test('what is taken and refused is counted, and so is what is kept', async () => {
  await deliver('ada@example.com', '<1@petrel.example>')
  const held = await measured('mailbox_store_bytes')
  await deliver('bob@example.com', '<2@petrel.example>')
  await deliver('ada@example.com', '<3@petrel.example>', `<p>${'tea '.repeat(400_000)}</p>`).catch(() => {})
  expect(await measured('mailbox_mails_taken_total')).toBe(2)
  expect(await measured('mailbox_mails_refused_total', { smtp_response_code: '552' })).toBe(1)
  expect(await measured('mailbox_mails_kept')).toBe(2)
  expect(held).toBeGreaterThan(0)
  expect(await measured('mailbox_store_bytes')).toBeGreaterThan(held ?? 0)
  await countOf('/api/count')
  expect(await measured('http_server_request_duration_seconds_count', { http_route: '/api/count' })).toBe(1)
})

const measured = async (name: string, labels = {}) => scrapeOf((await expose(registry)).body).sum(name, labels)

async function startAgain(keeps: number): Promise<void> {
  await mailbox.stop()
  mailbox = await startMailbox({ dataDir, keeps, ...ports })
}

const numbers = (count: number) => Array.from({ length: count }, (_, number) => number)

const countOf = async (path: string): Promise<unknown> => (await fetch(url(path))).json()

const url = (path: string) => `http://127.0.0.1:${ports.httpPort}${path}`

async function mailsTo(address: string): Promise<{ id: number; messageId: string }[]> {
  const response = await fetch(url(`/api/mails?to=${encodeURIComponent(address)}`))
  return response.json() as Promise<{ id: number; messageId: string }[]>
}

const mail = (to: string, messageId: string, html?: string, orderId?: string) => ({
  from: 'shop@petrel.example',
  to,
  messageId,
  subject: 'Tea',
  text: 'Hello & welcome',
  ...(html && { html }),
  ...(orderId && { headers: { 'X-Order-Id': orderId } }),
})

const deliver = (...about: Parameters<typeof mail>): Promise<void> => deliverAll([mail(...about)])

/** One after the other, over one connection: the mail server lets a tenth of a second pass before it greets. */
async function deliverAll(mails: readonly ReturnType<typeof mail>[]): Promise<void> {
  const transport = createTransport({ url: `smtp://127.0.0.1:${ports.smtpPort}`, pool: true, maxConnections: 1 })
  for (const each of mails) await transport.sendMail(each)
  transport.close()
}
