import { afterAll, beforeAll, expect, test } from 'vitest'
import { avroCodec } from '@petrel/messaging/operations'
import { eventually } from '../../../../test/support/eventually.ts'
import type { FailureDetail } from '../failures/detail.ts'
import type { FailureGroup } from '../failures/groups.ts'
import type { Failure } from '../failures/list.ts'
import { type ConsoleSystem, consoleSystem } from '../testing/consoleSystem.ts'
import { thrown } from '../testing/failingEndpoint.ts'
import { hidden } from './text.ts'

const schema = {
  type: 'record',
  name: 'OrderPlaced',
  namespace: 'personal',
  fields: [
    { name: 'orderId', type: 'string' },
    { name: 'email', type: 'string', pii: true },
    { name: 'deliverTo', type: ['null', 'string'], default: null, pii: true },
    { name: 'gift', type: 'string' },
  ],
} as const

let shop: ConsoleSystem
let failure: Failure
beforeAll(async () => {
  shop = await consoleSystem()
  const { registry } = shop.console.context
  const schemaId = await registry.register(`${shop.prefix}personal-value`, schema)
  const type = { kind: 'event', fullName: 'personal.OrderPlaced', owner: 'personal', topic: 't', key: 'orderId', schema } as const
  const order = { orderId: 'order-1', email: 'ada@example.org', deliverTo: 'Ockham Park', gift: 'For Ockham Park, with tea' }
  const value = avroCodec({ registry }).encode(type, schemaId, order)
  const headers = { 'x-note': 'call grace@example.org', 'x-api-key': 'k-123456' }
  await shop.fail([{ id: 'personal-1', key: 'order-1', value, headers }], thrown('No mailbox ada@example.org at Ockham Park'))
  failure = await eventually(async () => {
    const { items } = await shop.get<{ items: Failure[] }>('/api/failures?q=personal-1')
    expect(items).toHaveLength(1)
    return items[0] as Failure
  })
})
afterAll(() => shop[Symbol.asyncDispose]())

const secrets = ['ada@example.org', 'Ockham', 'grace@example.org', 'k-123456', Buffer.from('ada@example.org').toString('hex')]

test('whoever looks sees nothing personal, wherever it stands, and all else', async () => {
  const detail = await shop.get<FailureDetail>(`/api/failures/${failure.id}`)
  expect(detail).toMatchObject({
    body: { orderId: 'order-1', email: hidden, deliverTo: hidden, gift: `For ${hidden}, with tea` },
    bodyMasked: true,
    // The address was never in the headers.
    errorMessage: `No mailbox …@… at ${hidden}`,
    errorStack: expect.stringContaining(`Unrecoverable: No mailbox …@… at ${hidden}`),
    schema,
  })
  expect(detail.headers).toContainEqual({ name: 'x-note', value: `call ${hidden}`, kind: 'own' })
  expect(detail.headers).toContainEqual({ name: 'x-api-key', value: hidden, kind: 'sensitive' })
  const groups = await shop.get<{ items: FailureGroup[] }>('/api/groups?by=error')
  const exported = await (await fetch(`${shop.console.url}/api/failures.csv`)).text()
  const everything = [detail, groups, await shop.get('/api/failures'), exported].map((part) => JSON.stringify(part)).join('\n')
  for (const secret of secrets) expect(everything).not.toContain(secret)
})

const total = async (q: string) => (await shop.get<{ total: number }>(`/api/failures?q=${encodeURIComponent(q)}`)).total

test('nobody finds a failure by what is personal in it', async () => {
  for (const q of ['ada@example.org', 'ada', 'Ockham', 'grace', 'k-123456', '123456']) expect([q, await total(q)]).toEqual([q, 0])
  for (const q of ['order-1', 'tea', 'mailbox']) expect([q, await total(q)]).toEqual([q, 1])
})

test('an operator sees it when they ask, and that is written down', async () => {
  const detail = await shop.get<FailureDetail>(`/api/failures/${failure.id}?unmasked=true`)
  expect(detail).toMatchObject({
    body: { email: 'ada@example.org', deliverTo: 'Ockham Park', gift: 'For Ockham Park, with tea' },
    bodyMasked: false,
    errorMessage: 'No mailbox …@… at Ockham Park',
  })
  expect(detail.headers).toContainEqual({ name: 'x-api-key', value: 'k-123456', kind: 'sensitive' })
  const { items } = await shop.get<{ items: object[] }>('/api/actions')
  expect(items[0]).toMatchObject({ by: 'local', what: 'show personal data', selection: { failure: failure.id }, outcome: 'done' })
  expect((await fetch(`${shop.console.url}/api/failures/${failure.id}?unmasked=yes`)).status).toBe(400)
})

test('what nobody can read is not shown either, unless one asks', async () => {
  await shop.fail([{ id: 'unreadable-1', value: Buffer.from('7b2261223a226164614065782e6f7267227d', 'hex') }])
  const { id } = await eventually(async () => {
    const { items } = await shop.get<{ items: Failure[] }>('/api/failures?q=unreadable-1')
    expect(items).toHaveLength(1)
    return items[0] as Failure
  })
  expect(await shop.get(`/api/failures/${id}`)).toMatchObject({ body: null, bodyHex: null, bodyMasked: true })
  expect(await shop.get(`/api/failures/${id}?unmasked=true`)).toMatchObject({
    bodyHex: '7b2261223a226164614065782e6f7267227d',
    bodyMasked: false,
  })
})
