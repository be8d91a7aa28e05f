import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { BrokerRecord } from '../broker/port.ts'
import { positionsAfter } from './positions.ts'

const record = (topic: string, offset: number): BrokerRecord => ({
  topic,
  partition: 0,
  offset: BigInt(offset),
  key: null,
  value: null,
  headers: {},
  timestamp: 0,
})

test('after a batch that was handled whole the position of each topic is behind its last record', () => {
  expect(positionsAfter([record('a', 4), record('b', 9), record('a', 7)], new Set())).toEqual([
    { topic: 'a', partition: 0, offset: 8n },
    { topic: 'b', partition: 0, offset: 10n },
  ])
})

test('no position is behind a record that was given back', () => {
  const batches = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.boolean()), { maxLength: 30 })
  fc.assert(
    fc.property(batches, (entries) => {
      const batch = entries.map(([topic], offset) => record(topic, offset))
      const givenBack = new Set(batch.filter((_, index) => entries[index]?.[1]))
      for (const { topic, offset } of positionsAfter(batch, givenBack))
        expect([...givenBack].filter((each) => each.topic === topic && each.offset < offset)).toEqual([])
    }),
  )
})
