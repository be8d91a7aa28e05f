import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Postpone, Unrecoverable } from '@petrel/messaging'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterEach, expect, test } from 'vitest'
import { billedOrder } from '../../../test/support/billedOrders.ts'
import { drawTrace } from '../../../test/support/otlp/drawTrace.ts'
import { tracedHandler } from '../../../test/support/otlp/tracedHandler.ts'
import { confirmation } from './letters.ts'
import { mailerAt } from './mailer.ts'

const letter = confirmation(billedOrder('42'))
const from = 'Petrel Tea <shop@petrel.example>'
const received: ParsedMail[] = []
let server: SMTPServer | undefined

afterEach(async () => {
  received.length = 0
  await closed()
})

const closed = () => new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(resolve)))

/** A mail server that keeps what it takes; `options` say what it refuses. */
async function serverWith(options: SMTPServerOptions = {}, port = 0): Promise<string> {
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    closeTimeout: 100,
    onData(stream, _, done) {
      simpleParser(stream, (error, mail) => {
        received.push(mail)
        done(error)
      })
    },
    ...options,
  })
  const net = server.listen(port, '127.0.0.1')
  await once(net, 'listening')
  return `smtp://127.0.0.1:${(net.address() as AddressInfo).port}`
}

const refusal = (message: string, responseCode: number) => Object.assign(new Error(message), { responseCode })
const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

test('a letter arrives as it was written, under its own Message-ID', async () => {
  await mailerAt(await serverWith(), from).send(letter)
  expect(received).toMatchObject([
    { messageId: '<42.billed@petrel.example>', subject: 'Thank you for your order (order 42)', to: { text: 'ada@example.com' } },
  ])
  expect(received[0]?.text).toContain('We charged €16.90')
  expect(received[0]?.html).toContain('We charged €16.90')
  expect(received[0]?.headers.get('x-order-id')).toBe('42')
})

test('letters go one after the other over the connection that is open', async () => {
  const mailer = mailerAt(await serverWith(), from)
  await mailer.send(letter)
  await mailer.send({ ...letter, mailId: '<43.billed@petrel.example>' })
  expect(received.map((mail) => mail.messageId)).toEqual(['<42.billed@petrel.example>', '<43.billed@petrel.example>'])
})

test('at most four letters are on their way at a time, and the others wait for their turn', async () => {
  let open = 0
  let most = 0
  const url = await serverWith({
    onConnect(_, done) {
      most = Math.max(most, (open += 1))
      done()
    },
    onClose: () => void (open -= 1),
  })
  const mailer = mailerAt(url, from)
  await Promise.all(Array.from({ length: 20 }, (_, at) => mailer.send({ ...letter, mailId: `<${at}.billed@petrel.example>` })))
  expect(new Set(received.map((mail) => mail.messageId)).size).toBe(20)
  expect(most).toBe(4)
})

test('an order id with a line break adds no header to its letter', async () => {
  await mailerAt(await serverWith(), from).send({ ...letter, orderId: '42\r\nBcc: eve@example.com', subject: 'Tea\nBcc: eve' })
  expect(received[0]?.bcc).toBeUndefined()
  expect(received[0]?.subject).toBe('Tea Bcc: eve')
})

test('a letter in any language arrives as it was written', async () => {
  const text = `${'Grüße, お茶. '.repeat(30)}\n.\n.dots\n`
  await mailerAt(await serverWith(), 'Sturmvögel <shop@petrel.example>').send({ ...letter, subject: 'Danke schön 🍵', text })
  expect(received).toMatchObject([{ subject: 'Danke schön 🍵', from: { text: '"Sturmvögel" <shop@petrel.example>' }, text }])
})

test('a letter that is refused does not keep the next one back', async () => {
  const url = await serverWith({
    onRcptTo: ({ address }, _, done) => done(address === 'eve@example.com' ? refusal('no such user', 550) : null),
  })
  const mailer = mailerAt(url, from)
  expect(await errorOf(mailer.send({ ...letter, to: 'eve@example.com' }))).toBeInstanceOf(Unrecoverable)
  await mailer.send(letter)
  expect(received).toHaveLength(1)
})

test('a mail server that is away postpones the letter', async () => {
  const url = await serverWith()
  await closed()
  expect(await errorOf(mailerAt(url, from).send(letter))).toBeInstanceOf(Postpone)
})

test('a mail server that came back takes the letter it missed', async () => {
  const url = await serverWith()
  const mailer = mailerAt(url, from)
  await mailer.send(letter)
  await closed()
  expect(await errorOf(mailer.send(letter))).toBeInstanceOf(Postpone)
  await serverWith({}, Number(new URL(url).port))
  await mailer.send(letter)
  expect(received).toHaveLength(2)
})

test('a mail server that says "later" postpones the letter', async () => {
  const url = await serverWith({ onRcptTo: (_, __, done) => done(refusal('mailbox busy', 450)) })
  expect(await errorOf(mailerAt(url, from).send(letter))).toBeInstanceOf(Postpone)
})

test('an address that the mail server refuses for good is for a person to correct', async () => {
  const url = await serverWith({ onRcptTo: (_, __, done) => done(refusal('no such user', 550)) })
  const error = await errorOf(mailerAt(url, from).send(letter))
  expect(error).toBeInstanceOf(Unrecoverable)
  expect(error).toHaveProperty('message', expect.stringContaining('(550)'))
  expect(String(error)).not.toContain('ada')
})

test('an address that is none is for a person to correct', async () => {
  const error = await errorOf(mailerAt(await serverWith(), from).send({ ...letter, to: 'nobody' }))
  expect(error).toBeInstanceOf(Unrecoverable)
})

test('an address that is longer than any may be is for a person to correct, and not taken for a mail server that is away', async () => {
  const to = `ada@${'x'.repeat(150_000)}.example`
  const error = await errorOf(mailerAt(await serverWith(), from).send({ ...letter, to }))
  expect(error).toBeInstanceOf(Unrecoverable)
})

test('a mail is in the trace of the message that it is about, and does not say to whom it goes', async () => {
  const url = await serverWith()
  const spans = await tracedHandler(() => mailerAt(url, from).send(letter))
  expect(drawTrace(spans)).toEqual(['process door.bell-rung', '  SMTP', '  save'])
  expect(spans.find(({ name }) => name === 'SMTP')).toMatchObject({
    kind: 'SPAN_KIND_CLIENT',
    attributes: { 'network.protocol.name': 'smtp', 'server.port': Number(new URL(url).port) },
  })
  expect(JSON.stringify(spans.map(({ attributes }) => attributes))).not.toContain(letter.to)
})

test('a mail that the server refuses is a span that failed', async () => {
  const url = await serverWith({ onRcptTo: (_, __, done) => done(refusal('no such user', 550)) })
  const spans = await tracedHandler(() => mailerAt(url, from).send(letter))
  expect(spans.find(({ name }) => name === 'SMTP')).toMatchObject({ failed: true })
})
