import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { BrokerRecord } from '../broker/port.ts'
import { type Envelope, openEnvelope } from '../engine/envelope.ts'
import { errorType } from '../engine/errorHeaders.ts'
import { foreignHeaders } from '../engine/testing/foreignRecords.ts'
import type { Route } from '../engine/routes.ts'
import { headerText } from '../headers.ts'
import { memoryRegistry } from '../registry/memory.ts'
import { traceIdOf } from '../tracing/traceContext.ts'
import type { HandledEntry, SagaStep } from './audit.ts'
import { auditDecoder } from './auditDecoder.ts'
import { entriesEncoder } from './entriesEncoder.ts'
import type { Handling } from './handledEntry.ts'
import { auditSchema, outcomes, sagaChanges } from './schema.ts'

const headers = fc
  .tuple(
    foreignHeaders,
    fc.option(fc.constantFrom(`00-${'4b'.repeat(16)}-${'1'.repeat(16)}-01`, `00-${'é'.repeat(16)}-${'x'.repeat(30)}`)),
  )
  .map(([foreign, traceparent]) => (traceparent === null ? foreign : { ...foreign, traceparent: Buffer.from(traceparent) }))

const record: fc.Arbitrary<BrokerRecord> = fc.record({
  topic: fc.constantFrom('sales.order-placed', 't'.repeat(249)),
  partition: fc.nat(1_000),
  offset: fc.bigInt({ min: 0n, max: 2n ** 53n - 2n }),
  key: fc.option(
    fc
      .oneof(
        fc.uint8Array({ maxLength: 3_000 }),
        fc.string({ maxLength: 100 }).map((text) => Buffer.from(text)),
      )
      .map((bytes) => Buffer.from(bytes)),
  ),
  value: fc.constant(null),
  headers,
  timestamp: fc.oneof(fc.integer(), fc.constantFrom(-1, 8.64e15, Number.NaN)),
})

/** Whatever a handler throws. */
const thrown = fc.oneof(fc.constant(new RangeError('no')), fc.anything())

const sagaStep: fc.Arbitrary<SagaStep> = fc.record({
  change: fc.constantFrom(...sagaChanges),
  timeouts: fc.array(
    fc.record({ id: fc.uuid(), type: fc.option(fc.string({ maxLength: 90 })), dueAt: fc.integer({ min: -1, max: 8.64e15 }) }),
    { maxLength: 3 },
  ),
})

const of = { fullName: 'sales.OrderPlaced' }
const routes: readonly (Route | undefined)[] = [
  undefined,
  { type: of, name: 'billOrder', handler: { name: 'billOrder' } } as unknown as Route,
  { type: of, name: 'payment-policy', saga: { name: 'payment-policy' }, reaction: {} } as unknown as Route,
]

const handling: fc.Arbitrary<Handling> = fc
  .record({
    record,
    route: fc.constantFrom(...routes),
    chain: fc.string({ maxLength: 700 }),
    error: thrown,
    sagaStep,
    outcome: fc.constantFrom(...outcomes),
    tries: fc.nat(),
    hasFailed: fc.boolean(),
  })
  .map(({ record: each, route, chain, error, sagaStep: step, hasFailed, ...rest }) => ({
    delivery: { envelope: openEnvelope(each), route, data: {}, undeliverable: undefined, chain, tries: 0 },
    ...rest,
    startedAt: 1_764_300_000_000,
    seconds: 0.000_25,
    ...(hasFailed && { error }),
    ...(route?.saga !== undefined && { sagaStep: step }),
  }))

test('of whatever record others write, and whatever is thrown, the entry is read as it was meant', async () => {
  const registry = memoryRegistry()
  const schemaId = await registry.register('billing.audit-value', auditSchema)
  const encode = entriesEncoder({ endpoint: 'billing', topic: 'billing.audit', instance: 'i-1', schemaId, maxBytes: 100_000 })
  const decode = auditDecoder(registry)
  await fc.assert(
    fc.asyncProperty(fc.array(handling, { minLength: 1, maxLength: 3 }), async (handlings) => {
      const [written] = encode(2, 'billing/0', handlings)
      const { messages, ...around } = await decode({ value: written?.value ?? null })
      expect(around).toEqual({ endpoint: 'billing', instance: 'i-1', at: 2, lane: 'billing/0', heartbeat: null })
      expect(messages).toEqual(handlings.map((each) => wellFormed(meant(each))))
    }),
  )
})

test('entries that are too long for one record are in several', async () => {
  const registry = memoryRegistry()
  const schemaId = await registry.register('billing.audit-value', auditSchema)
  const encode = entriesEncoder({ endpoint: 'billing', topic: 'billing.audit', instance: 'i-1', schemaId, maxBytes: 1_000 })
  const handlings = fc.sample(handling, 20)
  const audits = await Promise.all(encode(2, 'billing/0', handlings).map(auditDecoder(registry)))
  expect(audits.length).toBeGreaterThan(1)
  expect(audits.flatMap(({ messages }) => messages)).toEqual(handlings.map((each) => wellFormed(meant(each))))
})

/** What an entry says, field by field. */
function meant({ delivery, outcome, tries, startedAt, error, sagaStep: step }: Handling): HandledEntry {
  const { envelope, route, chain } = delivery
  const { record: read, identity } = envelope
  return {
    id: cut(envelope.id),
    source: cut(identity.source),
    type: cut(envelope.typeName),
    conversationId: cut(envelope.conversationId),
    causationId: cut(envelope.causationId),
    traceId: traceIdOf(headerText(read.headers, 'traceparent')) ?? null,
    key: cut(read.key?.toString()),
    topic: read.topic,
    partition: read.partition,
    offset: Number(read.offset),
    ...originOf(envelope),
    handler: route?.handler?.name ?? null,
    saga: route?.saga?.name ?? null,
    sagaId: route?.saga === undefined ? null : cut(chain),
    outcome,
    attempt: Math.min(envelope.attempts + tries, 2 ** 31 - 1),
    errorType: error === undefined ? null : cut(errorType(error)),
    sentAt: Math.max(0, envelope.time.getTime()),
    startedAt,
    durationUs: 250,
    replayOf: cut(headerText(read.headers, 'petrel-replay-of')),
    sagaStep: step ?? null,
  }
}

function originOf({ original, record: read }: Envelope) {
  const { topic, partition, offset } = original
  const isHere = topic === read.topic && partition === read.partition && Number(offset) === Number(read.offset)
  if (isHere || Number(offset) > 2 ** 53 - 2) return { originalTopic: null, originalPartition: null, originalOffset: null }
  return { originalTopic: cut(topic), originalPartition: partition, originalOffset: Number(offset) }
}

function cut<Text extends string | undefined>(text: Text): Text extends string ? string : string | null
function cut(text: string | undefined) {
  return text === undefined ? null : text.slice(0, 512)
}

/** What is no text in UTF-8 is read with a sign for it. */
const wellFormed = (entry: object) =>
  JSON.parse(JSON.stringify(entry), (_, value: unknown) => (typeof value === 'string' ? value.toWellFormed() : value)) as object
