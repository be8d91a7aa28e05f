import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServiceDatabase, serviceDatabase } from '../../../../test/support/serviceDatabase.ts'
import { avroCodec } from '@petrel/messaging/operations'
import { memoryRegistry } from '../../../../packages/messaging/src/registry/memory.ts'
import { transaction } from '../store/transaction.ts'
import { messageRecord, readDeadLetter } from '../testing/failingEndpoint.ts'
import { deadLetters } from './deadLetters.ts'
import { countFailures, listPage } from './list.ts'
import { narrowed } from './narrowed.ts'

let database: ServiceDatabase
beforeAll(async () => void (database = await serviceDatabase({ name: 'console' })))
afterAll(() => database[Symbol.asyncDispose]())

const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`

test('what few have is found by the index alone, also in a table that PostgreSQL knows nothing of yet; more are left to the list', async () => {
  const { pool } = database
  await pool.query(
    `insert into failure_search (failure_id, words)
     select ('00000000-0000-4000-8000-' || lpad(number::text, 12, '0'))::uuid, array_to_tsvector(array['order', 'order-' || number])
     from generate_series(1, 3000) as number`,
  )
  expect(await narrowed(pool, { q: 'order-1234', endpoint: 'billing' })).toEqual({ ids: [idOf(1234)], endpoint: 'billing' })
  expect(await narrowed(pool, { q: 'order-1234', ids: [idOf(7)] })).toEqual({ ids: [] })
  expect(await narrowed(pool, { q: 'nobody' })).toEqual({ ids: [] })
  expect(await narrowed(pool, { q: 'order' })).toEqual({ q: 'order' })
  expect(await narrowed(pool, { q: ' !? ', type: 'Placed' })).toEqual({ q: ' !? ', type: 'Placed' })

  const tx = await pool.connect()
  // Also of what the connection did before, as long as the server has not taken it over.
  const counted = async () => {
    const { rows } = await tx.query<{ walks: number; looks: number }>(
      `select seq_scan::int as walks, idx_scan::int as looks from pg_stat_xact_user_tables where relname = 'failure_search'`,
    )
    return rows[0] ?? { walks: 0, looks: 0 }
  }
  try {
    await tx.query('begin')
    const { looks } = await counted()
    for (const query of ["'order':*", "'order-12':*"]) await tx.query('select few_found($1::tsquery, 1001)', [query])
    expect(await counted()).toEqual({ walks: 0, looks: looks + 2 })
  } finally {
    await tx.query('rollback')
    tx.release()
  }
})

test('what all have is counted as the list has it, with another filter beside it and without', async () => {
  const { pool } = database
  const ids = ['apple', 'berry', 'cherry']
  const letters = deadLetters(avroCodec({ registry: memoryRegistry() }), '', '')
  const records = ids.map((id, offset) => readDeadLetter('', messageRecord('', offset, { id }), offset))
  await transaction(pool, await letters.prepare(records))
  expect(await countFailures(pool, { q: 'till closed' })).toBe(3)
  expect(await countFailures(pool, { q: 'till closed', endpoint: 'billing', state: undefined })).toBe(3)
  expect(await countFailures(pool, { q: 'till closed', endpoint: 'sales' })).toBe(0)
  expect(await countFailures(pool, { q: 'berry' })).toBe(1)
  expect(await countFailures(pool, { q: ' !? ' })).toBe(3)
  await pool.query(`delete from failure where message_id = 'berry'`)
  expect(await countFailures(pool, { q: 'till closed' })).toBe(2)
  const page = await listPage(pool, { filter: { q: 'till closed' }, sort: '-lastFailedAt', limit: 10 })
  expect(page.items).toHaveLength(2)
})
