import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { UnderTest } from '../conformance.ts'
import { AlreadyHandled, WriteRefused } from '../port.ts'
import { aBatch, aNote, anOrder, aRecord, aSaga, notes, orders, rowsOf } from './ground.ts'

export function inboxConformance({ ground, store, other, save }: UnderTest): void {
  describe('inbox', () => {
    test('a message is known once its batch was saved, by every replica', async () => {
      const [handled, another] = [randomUUID(), randomUUID()]
      expect(await store().known([handled, another])).toEqual(new Set())
      await save(aBatch({ handled: [handled] }))
      expect(await store().known([handled, another])).toEqual(new Set([handled]))
      expect(await other().known([another, handled])).toEqual(new Set([handled]))
    })

    test('a message id that is no UUID is known by its own name', async () => {
      const id = `order 17 ✓ ${randomUUID()}`
      await save(aBatch({ handled: [id] }))
      expect(await store().known([id, `${id} `])).toEqual(new Set([id]))
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
        due: [{ id: 'alarm', dueAt: new Date(0), record: aRecord('alarm') }],
      })
      await expect(save(batch)).rejects.toThrow(AlreadyHandled)

      expect(await store().known([fresh])).toEqual(new Set())
      expect(await store().unsent('lane-1')).toEqual([])
      expect(await ground().rows(orders)).toEqual([])
      expect(await ground().rows(notes)).toEqual([])
      expect(await store().loadSagas([saga])).toEqual([])
      expect(await store().publishDue(async () => {}, 10)).toEqual({ published: 0, nextAt: undefined })
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
        expect(await ground().rows(orders)).toHaveLength(round + 1)
      }
    })

    test('a batch that holds one message twice is refused, so that it is taken apart and not tried for ever', async () => {
      const id = randomUUID()
      await expect(save(aBatch({ handled: [id, id] }))).rejects.toThrow(WriteRefused)
      expect(await store().known([id])).toEqual(new Set())
    })

    test('nothing handled, nothing asked: both are no work', async () => {
      expect(await save(aBatch({ handled: [] }))).toBeUndefined()
      expect(await store().known([])).toEqual(new Set())
    })
  })
}
