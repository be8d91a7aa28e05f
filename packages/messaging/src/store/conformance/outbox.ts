import { describe, expect, test } from 'vitest'
import type { UnderTest } from '../conformance.ts'
import { aBatch, aRecord } from './fixture.ts'

export function outboxConformance({ store, other, save }: UnderTest): void {
  describe('outbox', () => {
    test('what a batch says can be read by whoever holds the lane next, exactly as it was said', async () => {
      const outgoing = [
        aRecord('first'),
        { topic: 'billing.dlt', key: null, value: null, headers: {}, partition: 3 },
        {
          topic: 'ünïcode',
          key: Buffer.from([0, 255]),
          value: Buffer.alloc(0),
          headers: { many: ['a', Buffer.from([1])], text: '✓' },
        },
      ]
      const id = await save(aBatch({ outgoing }))
      expect(await other().pendingOutbox('lane-1')).toEqual([{ id, outgoing }])
    })

    test('a batch that says nothing leaves no outbox row', async () => {
      expect(await save(aBatch())).toBeUndefined()
      expect(await store().pendingOutbox('lane-1')).toEqual([])
    })

    test('a lane sees its own rows only, oldest first', async () => {
      const ids: (string | undefined)[] = []
      for (const value of ['one', 'two', 'three']) {
        ids.push(await save(aBatch({ outgoing: [aRecord(value)] })))
        await save(aBatch({ lane: 'lane-2', outgoing: [aRecord(`${value} of the neighbour`)] }))
      }
      const unsent = await store().pendingOutbox('lane-1')
      expect(unsent.map(({ id }) => id)).toEqual(ids)
      expect(unsent.map(({ outgoing }) => String(outgoing[0]?.value))).toEqual(['one', 'two', 'three'])
    })

    test('a row goes with the next batch once its records were sent', async () => {
      const first = await save(aBatch({ outgoing: [aRecord('one')] }))
      const second = await save(aBatch({ outgoing: [aRecord('two')], sent: [String(first)] }))
      expect((await store().pendingOutbox('lane-1')).map(({ id }) => id)).toEqual([second])
    })

    test('rows can be forgotten without a batch, and again without harm', async () => {
      const ids = [await save(aBatch({ outgoing: [aRecord('one')] })), await save(aBatch({ outgoing: [aRecord('two')] }))]
      await store().deleteOutbox(ids.map(String))
      await store().deleteOutbox(ids.map(String))
      await store().deleteOutbox([])
      expect(await store().pendingOutbox('lane-1')).toEqual([])
    })

    test('a batch of two thousand large records is one row', async () => {
      const outgoing = Array.from({ length: 2_000 }, (_, at) => aRecord(`${at}`.padEnd(1_000, '.')))
      await save(aBatch({ outgoing }))
      expect(await store().pendingOutbox('lane-1')).toEqual([expect.objectContaining({ outgoing })])
    })
  })
}
