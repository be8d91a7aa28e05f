import { expect, test } from 'vitest'
import { aBatch, aNote, notes, orders, rowsOf } from './conformance/fixture.ts'
import { storeConformance } from './conformance.ts'
import { memoryStore } from './memory.ts'
import { SagaConflict, StoreUnavailable } from './port.ts'

type AnyRow = Readonly<Record<string, unknown>>

const uniqueId = (row: AnyRow, others: readonly AnyRow[]) => others.every(({ id }) => id !== row['id'])
const constraints = [
  { table: orders, name: 'orders_pkey', holds: uniqueId },
  { table: notes, name: 'notes_pkey', holds: uniqueId },
  { table: notes, name: 'notes_quantity_positive', holds: ({ quantity }: AnyRow) => quantity === null || Number(quantity) > 0 },
]

storeConformance('memory store', async () => {
  const store = memoryStore({ constraints })
  return {
    replica: () => store,
    begin: (of) => Promise.resolve(of.transaction()),
    rows: (table) => Promise.resolve(store.rows(table)),
    close: () => store.close(),
  }
})

test('a fault before the save leaves nothing behind, one after it leaves everything', async () => {
  const store = memoryStore()
  store.failNext('save')
  store.failNext('save', 'after')
  const batches = ['not saved', 'saved', 'as usual'].map((id) =>
    aBatch({ handled: [id], rows: rowsOf(notes, aNote({ text: id })) }),
  )
  const outcomes = await Promise.allSettled(batches.map((batch) => store.save(batch, store.transaction())))
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
  expect(await store.handledIds(['not saved', 'saved', 'as usual'])).toEqual(new Set(['saved', 'as usual']))
  expect(store.rows(notes).map(({ text }) => text)).toEqual(['saved', 'as usual'])
})

test('a fault is told as the error the test asked for, once', async () => {
  const store = memoryStore()
  store.failNext('handledIds')
  store.failNext('save', 'before', new SagaConflict('another replica was faster'))
  await expect(store.handledIds(['1'])).rejects.toThrow(StoreUnavailable)
  await expect(store.save(aBatch(), store.transaction())).rejects.toThrow(SagaConflict)
  await store.save(aBatch(), store.transaction())
  expect(await store.handledIds(['1'])).toEqual(new Set())
})

test('SQL is refused with a sentence that says where to test it', async () => {
  const transaction = memoryStore().transaction()
  await expect(transaction.query('select 1')).rejects.toThrow('The memory store has no SQL')
  expect(transaction.used).toBe(false)
})
