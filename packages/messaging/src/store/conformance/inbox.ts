import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { UnderTest } from '../conformance.ts'
import { AlreadyHandled, WriteRefused } from '../port.ts'
import { aBatch, aNote, anOrder, aRecord, aSaga, notes, orders, rowsOf } from './fixture.ts'

export function inboxConformance({ fixture, store, other, save }: UnderTest): void {
  describe('inbox', () => {
    test('a message is known once its batch was saved, by every replica', async () => {
      const [handled, another] = [randomUUID(), randomUUID()]
      expect(await store().handledIds([handled, another])).toEqual(new Set())
      await save(aBatch({ handled: [handled] }))
      expect(await store().handledIds([handled, another])).toEqual(new Set([handled]))
      expect(await other().handledIds([another, handled])).toEqual(new Set([handled]))
    })

    test('a message id that is no UUID is known by its own name', async () => {
      const id = `order 17 ✓ ${randomUUID()}`
      await save(aBatch({ handled: [id] }))
      expect(await store().handledIds([id, `${id} `])).toEqual(new Set([id]))
      await expect(save(aBatch({ handled: [id] }))).rejects.toThrow(AlreadyHandled)
    })

    test('a batch with a message that was handled before saves nothing', async () => {
      const twice = randomUUID()
      await save(aBatch({ handled: [twice] }))
      const fresh = randomUUID()
      const saga = aSaga()
      const batch = aBatch({
        handled: [fresh, twice],
        outgoing: [aRecord('said twice')],
        rows: new Map([...rowsOf(orders, anOrder()), ...rowsOf(notes, aNote())]),
        sagas: [saga],
        scheduled: [{ id: 'alarm', dueAt: new Date(0), record: aRecord('alarm') }],
      })
      await expect(save(batch)).rejects.toThrow(AlreadyHandled)

      expect(await store().handledIds([fresh])).toEqual(new Set())
      expect(await store().pendingOutbox('lane-1')).toEqual([])
      expect(await fixture().rows(orders)).toEqual([])
      expect(await fixture().rows(notes)).toEqual([])
      expect(await store().loadSagas([saga])).toEqual([])
      expect(await store().publishScheduled(async () => {}, 10)).toEqual({ published: 0, nextAt: undefined })
    })

    test('a message that comes again is told as handled, not as a row that is there already', async () => {
      const handled = [randomUUID()]
      const rows = rowsOf(orders, anOrder())
      await save(aBatch({ handled, rows }))
      await expect(save(aBatch({ handled, rows }), other())).rejects.toThrow(AlreadyHandled)
    })

    test('of replicas that race with the same message exactly one handles it', async () => {
      for (let round = 0; round < 10; round += 1) {
        const handled = [randomUUID(), randomUUID()]
        const rows = rowsOf(orders, anOrder())
        const outcomes = await Promise.allSettled([
          save(aBatch({ handled, rows })),
          save(aBatch({ handled, rows }), other()),
          save(aBatch({ handled, rows }), other()),
        ])
        const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
        expect(failures).toEqual([expect.any(AlreadyHandled), expect.any(AlreadyHandled)])
        expect(await fixture().rows(orders)).toHaveLength(round + 1)
      }
    })

    test('a batch that holds one message twice is refused, so that it is taken apart and not tried for ever', async () => {
      const id = randomUUID()
      await expect(save(aBatch({ handled: [id, id] }))).rejects.toThrow(WriteRefused)
      expect(await store().handledIds([id])).toEqual(new Set())
    })

    test('nothing handled, nothing asked: both are no work', async () => {
      expect(await save(aBatch({ handled: [] }))).toBeUndefined()
      expect(await store().handledIds([])).toEqual(new Set())
    })
  })
}
