import { describe, expect, test } from 'vitest'
import type { OutgoingRecord } from '../../broker/port.ts'
import type { UnderTest } from '../conformance.ts'
import type { ScheduledRecord } from '../port.ts'
import { aBatch, aRecord } from './fixture.ts'

const past = (at: number) => new Date(Date.UTC(2020, 0, 1) + at)
const future = new Date(Date.UTC(2090, 0, 1))
const dueAt = (when: Date, id: string): ScheduledRecord => ({ id, dueAt: when, record: aRecord(id) })

/** Publishes into an array. */
const collect = (published: string[]) => (records: readonly OutgoingRecord[]) => {
  published.push(...records.map(({ value }) => String(value)))
  return Promise.resolve()
}

export function scheduledRecordsConformance({ store, other, save }: UnderTest): void {
  const saveDue = (...due: ScheduledRecord[]) => save(aBatch({ scheduled: due }))

  describe('due records', () => {
    test('what is due is published once, earliest first, exactly as it was saved', async () => {
      const due = [dueAt(past(2), 'second'), dueAt(past(1), 'first'), dueAt(future, 'later')]
      await saveDue(...due)
      const published: OutgoingRecord[] = []
      const publish = async (records: readonly OutgoingRecord[]) => void published.push(...records)
      expect(await store().publishScheduled(publish, 10)).toEqual({ published: 2, nextAt: future })
      expect(published).toEqual([due[1]?.record, due[0]?.record])
      expect(await other().publishScheduled(publish, 10)).toEqual({ published: 0, nextAt: future })
      expect(published).toHaveLength(2)
    })

    test('with more due than the limit the rest is due at once', async () => {
      await saveDue(dueAt(past(1), 'one'), dueAt(past(2), 'two'), dueAt(past(3), 'three'))
      const published: string[] = []
      expect(await store().publishScheduled(collect(published), 2)).toEqual({ published: 2, nextAt: past(3) })
      expect(await store().publishScheduled(collect(published), 2)).toEqual({ published: 1, nextAt: undefined })
      expect(published).toEqual(['one', 'two', 'three'])
    })

    test('saving the same id again changes nothing', async () => {
      await saveDue(dueAt(past(1), 'alarm'))
      await saveDue({ ...dueAt(future, 'alarm'), record: aRecord('another') }, dueAt(past(2), 'beside it'))
      const published: string[] = []
      await store().publishScheduled(collect(published), 10)
      expect(published).toEqual(['alarm', 'beside it'])
    })

    test('what could not be published stays due', async () => {
      await saveDue(dueAt(past(1), 'alarm'))
      const failure = new Error('the broker is away')
      await expect(store().publishScheduled(() => Promise.reject(failure), 10)).rejects.toBe(failure)
      const published: string[] = []
      await other().publishScheduled(collect(published), 10)
      expect(published).toEqual(['alarm'])
    })

    test('what one replica is publishing another leaves alone, and looks again later', async () => {
      await saveDue(dueAt(past(1), 'one'), dueAt(past(2), 'two'))
      const published: string[] = []
      const before = new Date()
      await store().publishScheduled(async (records) => {
        const beside = await other().publishScheduled(collect(published), 10)
        expect(beside).toMatchObject({ published: 1 })
        expect(beside.nextAt?.getTime()).toBeGreaterThan(before.getTime())
        await collect(published)(records)
      }, 1)
      expect(published).toEqual(['two', 'one'])
      expect(await other().publishScheduled(collect(published), 10)).toEqual({ published: 0, nextAt: undefined })
    })

    test('replicas that work at once publish each record exactly once', async () => {
      const names = Array.from({ length: 200 }, (_, at) => `alarm ${at}`)
      await saveDue(...names.map((name, at) => dueAt(past(at), name)))
      const published: string[] = []
      const work = async (replica: ReturnType<typeof store>) => {
        while ((await replica.publishScheduled(collect(published), 7)).published > 0);
      }
      await Promise.all([work(store()), work(other()), work(store()), work(other())])
      expect(published.toSorted()).toEqual(names.toSorted())
    })
  })
}
