import { expect, test } from 'vitest'
import { aMessage, aNote, aUnit, notes, orders, rowsOf } from './conformance/fixture.ts'
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
    rows: async (table) => store.rows(table),
    close: () => store.close(),
  }
})

test('a fault before a save leaves nothing, a fault after it leaves everything; a commit counts as a save', async () => {
  const store = memoryStore()
  store.failNext('save')
  store.failNext('save', 'after')
  const [notSaved, saved, asUsual] = ['not saved', 'saved', 'as usual'].map((id) =>
    aUnit({ handled: [aMessage(id)], rows: rowsOf(notes, aNote({ text: id })) }),
  )
  const transaction = await store.begin()
  const outcomes = await Promise.allSettled([
    store.save([notSaved ?? aUnit()]),
    transaction.commit([saved ?? aUnit()]),
    store.save([asUsual ?? aUnit()]),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
  expect(store.rows(notes).map(({ text }) => text)).toEqual(['saved', 'as usual'])
})

test('a fault is the error that the test asked for, once', async () => {
  const store = memoryStore()
  store.failNext('begin')
  store.failNext('save', 'before', new SagaConflict('another replica was faster'))
  await expect(store.begin()).rejects.toThrow(StoreUnavailable)
  await expect(store.save([aUnit()])).rejects.toThrow(SagaConflict)
  await store.save([aUnit()])
  await store.begin()
})

test('SQL is refused with a sentence that says where to test it', async () => {
  const transaction = await memoryStore().begin()
  await expect(transaction.query('select 1')).rejects.toThrow('The memory store has no SQL')
})
