import { randomUUID } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { aMessage, aRecord, aSaga, aUnit, type UnderTest } from './fixture.ts'

const scheduledFor = (dueAt: Date) => aUnit({ scheduled: [{ id: randomUUID(), dueAt, record: aRecord('later') }] })

export function censusConformance({ store, other, save }: UnderTest): void {
  // How many are in the inbox is PostgreSQL's estimate, and it may not know yet that the table was emptied for this test.
  test('an empty store holds nothing', async () => {
    expect(await store().census()).toMatchObject({
      outbox: { rows: 0, oldestMs: 0 },
      scheduled: { records: 0, overdueMs: 0 },
    })
    expect(await store().sagaCounts()).toEqual([])
  })

  test('what waits to be sent is counted with the age of the oldest, until it was sent', async () => {
    const id = await save(aUnit({ outgoing: [aRecord('one')] }))
    await save(aUnit({ lane: 'lane-2', outgoing: [aRecord('two')] }))
    await vi.waitFor(async () => expect((await other().census()).outbox.oldestMs).toBeGreaterThan(0))
    expect((await other().census()).outbox.rows).toBe(2)
    await store().deleteOutbox([String(id)])
    expect((await other().census()).outbox.rows).toBe(1)
  })

  test('what is scheduled is counted; overdue is only what is due', async () => {
    await save(scheduledFor(new Date(Date.now() + 3_600_000)))
    expect((await store().census()).scheduled).toEqual({ records: 1, overdueMs: 0 })
    await save(scheduledFor(new Date(Date.now() - 60_000)))
    const { records, overdueMs } = (await store().census()).scheduled
    expect(records).toBe(2)
    expect(overdueMs).toBeGreaterThanOrEqual(59_000)
  })

  test('the inbox is counted, about', async () => {
    await save(aUnit({ handled: [aMessage(), aMessage(), aMessage()] }))
    // An idle connection tells PostgreSQL's statistics what it has written after ten seconds, at the latest.
    await vi.waitFor(async () => expect((await store().census()).inbox).toBe(3), { timeout: 30_000 })
  })

  test('sagas are counted by name, open and completed', async () => {
    await save(aUnit({ sagas: [aSaga(), aSaga(), aSaga({ completed: true }), aSaga({ saga: 'refund-policy' })] }))
    expect((await other().sagaCounts()).toSorted((a, b) => a.saga.localeCompare(b.saga))).toEqual([
      { saga: 'refund-policy', open: 1, completed: 0 },
      { saga: 'shipping-policy', open: 2, completed: 1 },
    ])
  })
}
