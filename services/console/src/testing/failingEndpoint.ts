import { auditSchema, auditTopic, type BrokerRecord, dltTopic, type Mark, replayedTopic } from '@petrel/messaging/operations'
import { compile } from '../../../../packages/messaging/src/avro/compile.ts'
import { wireWriter } from '../../../../packages/messaging/src/codec/wire.ts'
import type { OutgoingRecord } from '../../../../packages/messaging/src/broker/port.ts'
import type { Endpoint } from '../../../../packages/messaging/src/definition/endpoint.ts'
import { Unrecoverable } from '../../../../packages/messaging/src/definition/outcome.ts'
import { markRecord } from '../../../../packages/messaging/src/operations/marks.ts'
import { deadLetterOf } from '../../../../packages/messaging/src/operations/testing/deadLetter.ts'
import { billing } from '../../../../packages/messaging/src/operations/testing/shop.ts'

export { billing, sales } from '../../../../packages/messaging/src/operations/testing/shop.ts'

/** A message that an endpoint has given up. */
export interface TestMessage {
  /** Who has given it up; billing when it is left out. */
  readonly endpoint?: Endpoint
  /** Now when it is left out. */
  readonly failedAt?: Date
  readonly id: string
  readonly source?: string
  readonly key?: string
  readonly value?: Buffer | null
  readonly headers?: Readonly<Record<string, string>>
}

/** Of a schema that nobody has registered. */
const unknownValue = Buffer.from('007ffffffeff', 'hex')

/** The record of a message, as sales published it. @param number names its place */
export function messageRecord(
  prefix: string,
  number: number,
  { id, source = 'sales', key, value, headers }: TestMessage,
): BrokerRecord {
  return {
    topic: `${prefix}sales.order-placed`,
    partition: 0,
    offset: BigInt(number),
    key: Buffer.from(key ?? `order-${number}`),
    value: value === undefined ? unknownValue : value,
    headers: {
      ce_id: id,
      ce_source: source,
      ce_type: 'sales.OrderPlaced',
      ce_time: '2026-01-02T03:04:05Z',
      ce_conversationid: `c-${id}`,
      ...headers,
    },
    timestamp: Date.parse('2026-01-02T03:04:05Z') + number,
  }
}

/** An error with a stack like those that handlers throw. */
export function thrown(message = 'The till is closed', place = 'billOrder.ts:14'): Error {
  const [file, line] = place.split(':')
  const error = new Unrecoverable(message)
  error.stack = [
    `Unrecoverable: ${message}`,
    '    at file:///app/node_modules/pg/lib/client.js:7:1',
    `    at bill (file:///app/services/billing/src/${file}:${line}:9)`,
    '    at attempt (file:///app/packages/messaging/src/engine/attempt.ts:55:3)',
  ].join('\n')
  return error
}

/** What an endpoint publishes when it gives a message up. */
export const deadLetter = (
  prefix: string,
  message: BrokerRecord,
  error = thrown(),
  { endpoint = billing, failedAt = new Date() }: Pick<TestMessage, 'endpoint' | 'failedAt'> = {},
): OutgoingRecord => deadLetterOf(endpoint, prefix, message, error, failedAt.getTime())

/** The same as it is read from the topic. */
export function readDeadLetter(prefix: string, message: BrokerRecord, offset: number, error = thrown()): BrokerRecord {
  const { key, value, headers } = deadLetter(prefix, message, error)
  return {
    topic: prefix + dltTopic('billing'),
    partition: 0,
    offset: BigInt(offset),
    key: key === null ? null : Buffer.from(key),
    value,
    headers,
    timestamp: Date.now(),
  }
}

/** What a person has decided, as it is read from billing's topic of marks. */
export function readMarkRecord(prefix: string, id: string, position: string, mark: Mark, offset: number): BrokerRecord {
  const identity = { source: 'sales', id, formerId: id }
  const { key, value } = markRecord(prefix + replayedTopic('billing'), { identity, position }, mark)
  return {
    topic: prefix + replayedTopic('billing'),
    partition: 0,
    offset: BigInt(offset),
    key: Buffer.from(key ?? ''),
    value,
    headers: {},
    timestamp: Date.now(),
  }
}

/** What became of a message. */
interface Handled {
  readonly id: string
  readonly replayOf: string | null
  readonly outcome?: string
  readonly at?: Date
  readonly traceId?: string
}

/** What billing says when it has handled what was sent back. @param schemaId of the audit's schema */
export function auditRecord(prefix: string, schemaId: number, handled: readonly Handled[]): OutgoingRecord {
  const at = handled[0]?.at ?? new Date()
  const messages = handled.map(({ id, replayOf, outcome = 'handled', traceId = null }) => ({
    id,
    source: 'sales',
    type: 'sales.OrderPlaced',
    conversationId: `c-${id}`,
    causationId: null,
    traceId,
    key: 'order-1',
    topic: `${prefix}billing.replay`,
    partition: 0,
    offset: 0,
    originalTopic: `${prefix}sales.order-placed`,
    originalPartition: 0,
    originalOffset: 0,
    handler: 'billOrder',
    saga: null,
    sagaId: null,
    outcome,
    attempt: 1,
    errorType: null,
    sentAt: at,
    startedAt: at,
    durationUs: 100,
    replayOf,
    sagaStep: null,
  }))
  const audit = { endpoint: 'billing', instance: 'i-1', at, lane: 'billing/0', messages, heartbeat: null }
  return { topic: prefix + auditTopic('billing'), key: 'i-1', value: write(schemaId, schema, audit), headers: {} }
}

const schema = compile(auditSchema)
const write = wireWriter()
