import { expect, test } from 'vitest'
import { anEntry } from '../../../../test/support/audits.ts'
import { Undecodable } from '../codec/errors.ts'
import { compile } from '../avro/compile.ts'
import { wireWriter } from '../codec/wire.ts'
import type { AvroSchema } from '../definition/message.ts'
import { incompatibilities } from '../registry/compatibility.ts'
import { memoryRegistry } from '../registry/memory.ts'
import { auditDecoder } from './auditDecoder.ts'
import { auditSchema } from './schema.ts'

const at = Date.parse('2026-01-02T03:04:05.678Z')

const entry = {
  ...anEntry({
    id: 'm-1',
    conversationId: 'c-1',
    key: 'order-1',
    topic: 'billing.replay',
    partition: 2,
    offset: 7,
    originalTopic: 'sales.order-placed',
    originalPartition: 2,
    originalOffset: 1_234_567_890_123,
    handler: 'OrderPlaced',
    durationUs: 250,
    replayOf: 'billing.dlt/0/3',
  }),
  sentAt: new Date(at),
  startedAt: new Date(at + 1),
}

const written = {
  endpoint: 'billing',
  instance: 'i-1',
  at: new Date(at + 2),
  lane: 'billing/2',
  messages: [entry],
  heartbeat: null,
}

/** A record whose writer had another version of the schema. */
async function recordWith(schema: AvroSchema, data: object) {
  const registry = memoryRegistry()
  const value = wireWriter()(await registry.register('billing.audit-value', schema), compile(schema), data)
  return { decode: auditDecoder(registry), value }
}

test('a record of an audit topic is read with its times in milliseconds', async () => {
  const { decode, value } = await recordWith(auditSchema, written)
  expect(await decode({ value })).toEqual({
    ...written,
    at: at + 2,
    messages: [{ ...entry, sentAt: at, startedAt: at + 1 }],
  })
})

/** Another field, and another outcome. */
const later = JSON.parse(
  JSON.stringify(auditSchema)
    .replace('"duplicate"]', '"duplicate","forgotten"]')
    .replace('"ignored"]', '"ignored","restarted"]')
    .replace('{"name":"lane"', '{"name":"cluster","type":"string","default":""},{"name":"lane"'),
) as AvroSchema

test('a later version of the schema can be read, and what is not known here is unknown', async () => {
  expect(incompatibilities(later, auditSchema)).toEqual([])
  const { decode, value } = await recordWith(later, {
    ...written,
    cluster: 'west',
    messages: [{ ...entry, outcome: 'forgotten', sagaStep: { change: 'restarted', timeouts: [] } }, entry],
  })
  const { messages } = await decode({ value })
  expect(messages.map(({ outcome }) => outcome)).toEqual(['unknown', 'handled'])
  expect(messages[0]?.sagaStep).toEqual({ change: 'unknown', timeouts: [] })
})

/** Before sagas told what they do. */
const earlier = JSON.parse(
  JSON.stringify(auditSchema, (_, value: unknown) =>
    Array.isArray(value) ? value.filter((field: { name?: string }) => field.name !== 'sagaStep') : value,
  ),
) as AvroSchema

test('an earlier version of the schema can be read: then nothing is known of the saga', async () => {
  expect(incompatibilities(auditSchema, earlier)).toEqual([])
  const { decode, value } = await recordWith(earlier, written)
  expect((await decode({ value })).messages).toMatchObject([{ id: 'm-1', sagaStep: null }])
})

test('what a message has done to its saga is read, with the times of its timeouts in milliseconds', async () => {
  const timeouts = [{ id: 't-1', type: 'shipping.ShippingIsDue', dueAt: new Date(at + 60_000) }]
  const { decode, value } = await recordWith(auditSchema, {
    ...written,
    messages: [{ ...entry, sagaStep: { change: 'changed', timeouts } }],
  })
  expect((await decode({ value })).messages[0]?.sagaStep).toEqual({
    change: 'changed',
    timeouts: [{ ...timeouts[0], dueAt: at + 60_000 }],
  })
})

test('what is no audit is said to be none', async () => {
  const other: AvroSchema = {
    type: 'record',
    name: 'OrderPlaced',
    namespace: 'sales',
    fields: [{ name: 'orderId', type: 'string' }],
  }
  const { decode, value } = await recordWith(other, { orderId: 'order-1' })
  await expect(decode({ value })).rejects.toThrow('written as sales.OrderPlaced (schema 1), which is not petrel.Audit')
  await expect(decode({ value: Buffer.from('nonsense') })).rejects.toThrow(Undecodable)
})
