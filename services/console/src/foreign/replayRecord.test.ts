import type { BrokerRecord, OutgoingRecord } from '@petrel/messaging/operations'
import { expect, test } from 'vitest'
import { foreignReplayRecord, foreignReplayTopic } from './replayRecord.ts'
import { recorded } from './testing/recorded.ts'

function replayed(record: BrokerRecord, partitions = 4): OutgoingRecord {
  const made = foreignReplayRecord(record, 'a-dlt/0/0', partitions)
  if ('problem' in made) throw new Error(made.problem)
  return made.record
}

const firstOf = (by: Parameters<typeof recorded>[0]): BrokerRecord => {
  const [first] = recorded(by)
  if (first === undefined) throw new Error(`Nobody recorded ${by}.`)
  return first
}

test('it goes where it came from, byte for byte, without what was said about the failure', () => {
  const letter = firstOf('springRetryableTopic')
  const { topic, partition, key, value, headers } = replayed(letter)
  expect({ topic, partition, key, value }).toEqual({
    topic: 'spring-retried-order',
    partition: 0,
    key: letter.key,
    value: letter.value,
  })
  expect(Object.keys(headers).filter((name) => !name.startsWith('petrel-'))).toEqual([
    'message-id',
    'correlation-id',
    'key',
    '__TypeId__',
  ])
})

test('the headers of Connect and Watermill are gone, too', () => {
  expect(Object.keys(replayed(firstOf('kafkaConnect')).headers).some((name) => name.startsWith('__connect'))).toBe(false)
  expect(Object.keys(replayed(firstOf('watermill')).headers).some((name) => name.endsWith('_poisoned'))).toBe(false)
})

test('nobody knows its partition, or that is gone: then its key decides', () => {
  expect(replayed(firstOf('watermill'))).not.toHaveProperty('partition')
  expect(replayed(recorded('springKafka')[2] as BrokerRecord, 1)).not.toHaveProperty('partition')
})

test('a topic that is gone, or that nobody has named, is said', () => {
  const letter = firstOf('springKafka')
  expect(foreignReplayRecord(letter, 'a-dlt/0/0', undefined)).toEqual({
    problem: expect.stringContaining('It came from spring-place-order, which does not exist any more.'),
  })
  expect(foreignReplayRecord({ ...letter, headers: {} }, 'a-dlt/0/0', 4)).toEqual({
    problem: expect.stringContaining('Nothing in the headers of a-dlt/0/0 says'),
  })
  expect(foreignReplayTopic({ ...letter, headers: {} })).toBeUndefined()
})
