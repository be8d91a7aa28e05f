import { expect, test } from 'vitest'
import { AlreadyHandled, WriteRefused } from '../port.ts'
import { aMessage, aNote, anOrder, aRecord, aUnit, notes, orders, rowsOf, type UnderTest } from './fixture.ts'

export function transactionsConformance({ fixture, store, other }: UnderTest): void {
  test('nothing is saved before the commit, and everything after it', async () => {
    const transaction = await store().begin()
    const message = aMessage()
    expect(await other().handledIds([message])).toEqual(new Set())
    const outgoing = [aRecord('one')]
    const [id] = await transaction.commit([aUnit({ handled: [message], outgoing, rows: rowsOf(orders, anOrder()) })])
    expect(await other().handledIds([message])).toEqual(new Set([message]))
    expect(await other().pendingOutbox('lane-1')).toEqual([{ id, outgoing }])
    expect(await fixture().rows(orders)).toHaveLength(1)
  })

  test('a transaction that has just begun can be used', async () => {
    const transaction = await store().begin()
    expect(transaction.unavailable).toBeUndefined()
    await transaction.rollback()
  })

  test('rolling back saves nothing; after a commit or a second time it does nothing', async () => {
    const message = aMessage()
    const transaction = await store().begin()
    await transaction.commit([aUnit({ handled: [message] })])
    await transaction.rollback()
    await transaction.rollback()
    expect(await store().handledIds([message])).toEqual(new Set([message]))
  })

  test('a transaction commits once', async () => {
    const [committed, rolledBack] = [await store().begin(), await store().begin()]
    await committed.commit([aUnit()])
    await rolledBack.rollback()
    await expect(committed.commit([aUnit()])).rejects.toThrow('This transaction has ended')
    await expect(rolledBack.commit([aUnit()])).rejects.toThrow('This transaction has ended')
  })

  test('a commit that fails has rolled back', async () => {
    const message = aMessage()
    const transaction = await store().begin()
    const unit = aUnit({ handled: [message], rows: rowsOf(notes, aNote({ quantity: 0 })) })
    await expect(transaction.commit([unit])).rejects.toThrow(WriteRefused)
    await transaction.rollback()
    expect(await store().handledIds([message])).toEqual(new Set())
    await (await store().begin()).commit([aUnit({ handled: [message] })])
    await expect((await store().begin()).commit([aUnit({ handled: [message] })])).rejects.toThrow(AlreadyHandled)
  })

  test('transactions and saves of two replicas go on side by side', async () => {
    const [one, another] = [await store().begin(), await other().begin()]
    await store().save([aUnit({ rows: rowsOf(notes, aNote()) })])
    await another.commit([aUnit({ rows: rowsOf(notes, aNote()) })])
    await one.commit([aUnit({ rows: rowsOf(notes, aNote()) })])
    expect(await fixture().rows(notes)).toHaveLength(3)
  })
}
