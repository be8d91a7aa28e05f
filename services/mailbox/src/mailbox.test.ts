import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePorts } from '../../../deploy/local/stack/ports.ts'
import { type Mailbox, startMailbox } from './mailbox.ts'

let dataDir: string
let mailbox: Mailbox
let ports: { smtpPort: number; httpPort: number }

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'petrel-mailbox-'))
  const [smtpPort = 0, httpPort = 0] = await freePorts(2)
  ports = { smtpPort, httpPort }
  mailbox = await startMailbox({ dataDir, ...ports })
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
  await appendFile(join(dataDir, 'mails.jsonl'), '{"id":2,"messageId":"<2@petr')
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

const url = (path: string) => `http://127.0.0.1:${ports.httpPort}${path}`

async function mailsTo(address: string): Promise<{ messageId: string }[]> {
  return (await fetch(url(`/api/mails?to=${encodeURIComponent(address)}`))).json() as Promise<{ messageId: string }[]>
}

async function deliver(to: string, messageId: string, html?: string, orderId?: string): Promise<void> {
  const transport = createTransport({ url: `smtp://127.0.0.1:${ports.smtpPort}` })
  await transport.sendMail({
    from: 'shop@petrel.example',
    to,
    messageId,
    subject: 'Tea',
    text: 'Hello & welcome',
    ...(html && { html }),
    ...(orderId && { headers: { 'X-Order-Id': orderId } }),
  })
  transport.close()
}
