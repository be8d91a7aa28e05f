import { uuid7 } from '@petrel/messaging'
import { expect } from 'vitest'
import { partitionOf } from '../../packages/messaging/src/broker/partitioner.ts'
import type { BrokerRecord, OutgoingRecord } from '../../packages/messaging/src/broker/port.ts'
import { ce, failure, headerText } from '../../packages/messaging/src/headers.ts'

/** A record that nobody can read. */
export interface Poison {
  /** Also its header x-poison. */
  readonly label: string
  readonly record: OutgoingRecord
}

/** Schema id 2,000,000,000: nobody has it. */
const unknownSchema = Buffer.from([0, 0x77, 0x35, 0x94, 0, 1, 2, 3])

/** One of each kind, for the partition of the key. @param knownId of a schema that is registered */
export function poisonFor(topic: string, key: string, knownId: number): Poison[] {
  const cutOff = Buffer.alloc(6)
  cutOff.writeInt32BE(knownId, 1)
  // Says that a text of 63 bytes follows; nothing does.
  cutOff[5] = 126
  const type = { [ce.type]: 'no.such.Message' }
  const kinds: Record<string, Partial<OutgoingRecord>> = {
    'no Avro': { value: Buffer.from('{"orderId": 42}') },
    'unknown schema': { value: unknownSchema },
    'cut off': { value: cutOff },
    'unknown type': { value: unknownSchema, headers: type },
    'no value': { value: null },
    'empty value': { value: Buffer.alloc(0) },
    'no key': { key: null, value: Buffer.from([255]), partition: partitionOf(key, 6) },
    'due in the year 3000': { value: Buffer.from([2]), headers: { [failure.dueAt]: String(Date.UTC(3000)) } },
    'id from elsewhere': { value: Buffer.from([1]), headers: { [ce.id]: uuid7() } },
  }
  return Object.entries(kinds).map(([kind, { headers, ...rest }]) => {
    const label = `${topic}: ${kind}`
    const foreign = { 'x-poison': label, 'x-bytes': Buffer.from([0, 255, 128]), 'x-twice': ['one', 'two'] }
    return { label, record: { topic, key, value: null, ...rest, headers: { ...foreign, ...headers } } }
  })
}

/** Whether a dead letter is what was sent, and says what went wrong. */
export function expectUntouched(found: BrokerRecord | undefined, sent: OutgoingRecord, endpoint: string): void {
  if (found === undefined) throw new Error('it is not there')
  expect(found.value).toEqual(sent.value)
  expect(found.key?.toString()).toEqual(sent.key ?? undefined)
  const { headers } = found
  expect(headers['x-bytes']).toEqual(Buffer.from([0, 255, 128]))
  expect(String(headers['x-twice'])).toBe('one,two')
  expect(headerText(headers, ce.type)).toBe(headerText(sent.headers, ce.type))
  const texts = Object.fromEntries(Object.keys(headers).map((name) => [name, headerText(headers, name)]))
  expect(texts).toMatchObject({
    'petrel-original-topic': sent.topic,
    'petrel-original-partition': expect.stringMatching(/^\d+$/),
    'petrel-original-offset': expect.stringMatching(/^\d+$/),
    'petrel-endpoint': endpoint,
    'petrel-error-type': 'Undecodable',
    'petrel-error-message': expect.stringMatching(/.{10}/),
    'petrel-error-stack': expect.stringContaining('Undecodable'),
    'petrel-attempts': '1',
    'petrel-failed-at': expect.stringMatching(/^\d{4}-.*Z$/),
  })
}
