import { silentLog } from '@petrel/messaging'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { serviceDatabase } from '../../../../test/support/serviceDatabase.ts'
import { boundDeliveries, deliverDue, setWebhooks } from './deliver.ts'
import type { EventKind, NewEvent } from './event.ts'
import { insertEvents } from './insertEvents.ts'
import { receiver } from '../testing/receiver.ts'
import { signedHeaders } from './signature.ts'

const database = await serviceDatabase({ name: 'console' })
const { pool } = database

beforeEach(() => pool.query('truncate event, webhook, webhook_delivery'))
afterAll(() => database[Symbol.asyncDispose]())

const happened = (kind: EventKind, fields: Partial<NewEvent> = {}): NewEvent => ({
  at: Date.now(),
  kind,
  severity: 'fail',
  endpoint: 'billing',
  text: 'billing is silent',
  ...fields,
})

const waiting = async () => (await pool.query('select url from webhook_delivery')).rowCount
/** As if the pause before the next try were over. */
const later = () => pool.query('update webhook_delivery set due_at = now()')

test('an event is told to whoever wants its kind, signed', async () => {
  await using all = await receiver()
  await using some = await receiver()
  const webhooks = [
    { url: all.url, secret: 'a secret of ours' },
    { url: some.url, kinds: ['replay-done' as const] },
  ]
  await setWebhooks(pool, webhooks)
  await insertEvents(pool, [happened('endpoint-silent', { link: '/endpoints/billing' }), happened('replay-done')])
  await deliverDue(pool, webhooks, silentLog)
  expect(all.received).toHaveLength(2)
  expect(some.received).toHaveLength(1)
  const [first] = all.received
  const event = JSON.parse(first?.body ?? '') as { id: string }
  expect(event).toMatchObject({
    kind: 'endpoint-silent',
    endpoint: 'billing',
    text: 'billing is silent',
    severity: 'fail',
    link: '/endpoints/billing',
  })
  const at = Number(first?.headers['webhook-timestamp'])
  expect(first?.headers).toMatchObject(signedHeaders(`event-${event.id}`, at, first?.body ?? '', 'a secret of ours'))
  expect(some.received[0]?.headers).not.toHaveProperty('webhook-signature')
  expect(await waiting()).toBe(0)
})

const login = (url: string) => url.replace('://', '://hook:p%40ss@')
const basic = `Basic ${Buffer.from('hook:p@ss').toString('base64')}`

test('a receiver whose address has a login is shown it, and nobody else', async () => {
  await using hook = await receiver()
  const webhooks = [{ url: login(hook.url) }]
  await setWebhooks(pool, webhooks)
  await insertEvents(pool, [happened('endpoint-silent')])
  await deliverDue(pool, webhooks, silentLog)
  expect(hook.received[0]?.headers).toMatchObject({ authorization: basic })

  await hook[Symbol.asyncDispose]()
  await insertEvents(pool, [happened('replay-done')])
  const said: unknown[] = []
  await deliverDue(pool, webhooks, { ...silentLog, warn: (...all: unknown[]) => void said.push(all) })
  expect(said).toHaveLength(1)
  expect(JSON.stringify(said)).not.toMatch(/p%40ss|p@ss/)
})

test('an event that is not taken is told again, under the same id, also by another console', async () => {
  await using hook = await receiver()
  hook.status = 503
  const webhooks = [{ url: hook.url }]
  await setWebhooks(pool, webhooks)
  await insertEvents(pool, [happened('endpoint-silent')])
  await deliverDue(pool, webhooks, silentLog)
  await deliverDue(pool, webhooks, silentLog)
  expect(hook.received, 'not at once').toHaveLength(1)
  hook.status = 200
  await later()
  await setWebhooks(pool, webhooks)
  await deliverDue(pool, webhooks, silentLog)
  expect(hook.received).toHaveLength(2)
  expect(new Set(hook.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  expect(await waiting()).toBe(0)
})

test('a receiver that is gone keeps nobody else from being told', async () => {
  await using here = await receiver()
  const gone = await receiver()
  await gone[Symbol.asyncDispose]()
  const webhooks = [{ url: gone.url }, { url: here.url }]
  await setWebhooks(pool, webhooks)
  await insertEvents(pool, [happened('endpoint-silent')])
  await deliverDue(pool, webhooks, silentLog)
  expect(here.received).toHaveLength(1)
  expect(await waiting()).toBe(1)
})

test('two consoles that deliver at once tell each event once', async () => {
  await using hook = await receiver()
  const webhooks = [{ url: hook.url }]
  await setWebhooks(pool, webhooks)
  await insertEvents(
    pool,
    Array.from({ length: 30 }, () => happened('replay-done')),
  )
  const deliverAll = async () => {
    while (await deliverDue(pool, webhooks, silentLog));
  }
  await Promise.all([deliverAll(), deliverAll()])
  expect(hook.received).toHaveLength(30)
})

test('what has happened long ago, and is read late, is an event that nobody is called for', async () => {
  await using hook = await receiver()
  const webhooks = [{ url: hook.url }]
  await setWebhooks(pool, webhooks)
  expect(await insertEvents(pool, [happened('endpoint-silent', { at: Date.now() - 2 * 60 * 60_000 })])).toBe(1)
  await deliverDue(pool, webhooks, silentLog)
  expect(hook.received).toEqual([])
})

test('an event has a name, and what has the same name is no other event', async () => {
  expect(await insertEvents(pool, [happened('failures-new', { name: 'group 1' })])).toBe(1)
  expect(await insertEvents(pool, [happened('failures-new', { name: 'group 1' }), happened('failures-new')])).toBe(1)
})

test('what waits for a receiver that is away is bounded, and forgotten when the settings no longer have it', async () => {
  const url = 'http://127.0.0.1:9/away'
  await setWebhooks(pool, [{ url }])
  await insertEvents(
    pool,
    Array.from({ length: 1_010 }, (_, number) => happened('replay-done', { text: String(number) })),
  )
  await boundDeliveries(pool, silentLog)
  expect(await waiting()).toBe(1_000)
  const { rows } = await pool.query<{ text: string }>(
    'select text from webhook_delivery join event on event.id = event_id order by event_id limit 1',
  )
  expect(rows, 'the oldest are given up').toEqual([{ text: '10' }])
  await setWebhooks(pool, [])
  expect(await waiting()).toBe(0)
})
