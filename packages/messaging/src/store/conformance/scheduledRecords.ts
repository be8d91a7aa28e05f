import { expect, test } from 'vitest'
import type { OutgoingRecord } from '../../broker/port.ts'
import { type ScheduledRecord, WriteRefused } from '../port.ts'
import { aMessage, aRecord, aUnit, type UnderTest } from './fixture.ts'

/** Seconds apart, since records that are saved one after the other are dated one after the other. */
const past = (at: number) => new Date(Date.UTC(2020, 0, 1) + at * 1_000)
const future = new Date(Date.UTC(2090, 0, 1))
const dueAt = (when: Date, id: string): ScheduledRecord => ({ id, dueAt: when, record: aRecord(id) })

/** A store may keep times by a clock of its own. */
const about = (date: Date) => expect.toSatisfy((at: Date) => Math.abs(at.getTime() - date.getTime()) < 60_000) as Date

/** Publishes into an array. */
const collect = (published: string[]) => (records: readonly OutgoingRecord[]) => {
  published.push(...records.map(({ value }) => String(value)))
  return Promise.resolve()
}

export function scheduledRecordsConformance({ store, other, save }: UnderTest): void {
  const saveScheduled = (...scheduled: ScheduledRecord[]) => save(aUnit({ scheduled }))

  test('records that are due are published once, earliest first, exactly as they were saved', async () => {
    const due = [dueAt(past(2), 'second'), dueAt(past(1), 'first'), dueAt(future, 'later')]
    await saveScheduled(...due)
    const published: OutgoingRecord[] = []
    const publish = async (records: readonly OutgoingRecord[]) => void published.push(...records)
    expect(await store().publishScheduled(publish, 10)).toEqual({ published: 2, nextAt: about(future) })
    expect(published).toEqual([due[1]?.record, due[0]?.record])
    expect(await other().publishScheduled(publish, 10)).toEqual({ published: 0, nextAt: about(future) })
    expect(published).toHaveLength(2)
  })

  test('of more records than the limit the rest is due at once', async () => {
    await saveScheduled(dueAt(past(1), 'one'), dueAt(past(2), 'two'), dueAt(past(3), 'three'))
    const published: string[] = []
    const { published: count, nextAt } = await store().publishScheduled(collect(published), 2)
    expect(count).toBe(2)
    expect(nextAt?.getTime()).toBeLessThan(Date.now())
    expect(await store().publishScheduled(collect(published), 2)).toEqual({ published: 1, nextAt: undefined })
    expect(published).toEqual(['one', 'two', 'three'])
  })

  test('saving the same id again changes nothing', async () => {
    await saveScheduled(dueAt(past(1), 'alarm'))
    await saveScheduled({ ...dueAt(future, 'alarm'), record: aRecord('another') }, dueAt(past(2), 'beside it'))
    const published: string[] = []
    await store().publishScheduled(collect(published), 10)
    expect(published).toEqual(['alarm', 'beside it'])
  })

  test('records that could not be published stay due', async () => {
    await saveScheduled(dueAt(past(1), 'alarm'))
    const failure = new Error('the broker is away')
    await expect(store().publishScheduled(() => Promise.reject(failure), 10)).rejects.toBe(failure)
    const published: string[] = []
    await other().publishScheduled(collect(published), 10)
    expect(published).toEqual(['alarm'])
  })

  test('records that the publisher gives back stay, and are due again a little later, so that others have their turn', async () => {
    await saveScheduled(dueAt(past(1), 'one'), dueAt(past(2), 'two'), dueAt(past(3), 'three'))
    const published: string[] = []
    const allButFirst = async (records: readonly OutgoingRecord[]) => {
      await collect(published)(records.slice(1))
      return records.slice(0, 1)
    }
    const { published: count, nextAt } = await store().publishScheduled(allButFirst, 2)
    expect(count).toBe(1)
    expect(nextAt?.getTime()).toBeLessThan(Date.now())
    const after = await other().publishScheduled(collect(published), 2)
    expect(after).toEqual({ published: 1, nextAt: about(new Date()) })
    expect(after.nextAt?.getTime()).toBeGreaterThan(Date.now())
    expect(published).toEqual(['two', 'three'])
  })

  test('records that one replica is publishing are left alone by another, which looks again later', async () => {
    await saveScheduled(dueAt(past(1), 'one'), dueAt(past(2), 'two'))
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
    await saveScheduled(...names.map((name, at) => dueAt(past(at), name)))
    const published: string[] = []
    const work = async (replica: ReturnType<typeof store>) => {
      while ((await replica.publishScheduled(collect(published), 7)).published > 0);
    }
    await Promise.all([work(store()), work(other()), work(store()), work(other())])
    expect(published.toSorted()).toEqual(names.toSorted())
  })

  test('saving one id twice in one unit keeps the first', async () => {
    await saveScheduled(dueAt(past(1), 'alarm'), { ...dueAt(past(2), 'alarm'), record: aRecord('another') })
    const published: string[] = []
    await store().publishScheduled(collect(published), 10)
    expect(published).toEqual(['alarm'])
  })

  test.each([
    ['an id with a NUL character', { id: 'alarm\0' }],
    ['a time that is none', { dueAt: new Date('tomorrow') }],
  ])('a scheduled record with %s refuses its unit', async (_, changes) => {
    const handled = [aMessage()]
    const scheduled = [{ ...dueAt(past(1), 'alarm'), ...changes }]
    await expect(save(aUnit({ handled, scheduled }))).rejects.toThrow(WriteRefused)
    expect(await store().handledIds(handled)).toEqual(new Set())
  })
}
