import { silentLog } from '@petrel/messaging'
import type { BrokerRecord } from '@petrel/messaging/operations'
import { DatabaseError } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type ServiceDatabase, serviceDatabase } from '../../../../test/support/serviceDatabase.ts'
import type { TopicHandler } from './port.ts'
import { writeBatch } from './write.ts'

let database: ServiceDatabase
beforeAll(async () => void (database = await serviceDatabase({ name: 'console' })))
afterAll(() => database[Symbol.asyncDispose]())
beforeEach(() => database.pool.query('delete from action; delete from unread_record'))

const recordAt = (offset: number): BrokerRecord => ({
  topic: 'billing.dlt',
  partition: 3,
  offset: BigInt(offset),
  key: null,
  value: null,
  headers: {},
  timestamp: 0,
})

/** Writes each record as an action, unless it throws. */
const writing = (fail: (record: BrokerRecord) => void): TopicHandler => ({
  kind: 'test',
  wants: () => true,
  prepare:
    async (records) =>
    async ({ tx }) => {
      for (const record of records) {
        fail(record)
        await tx.query(`insert into action (id, by, what) values (gen_random_uuid(), 'a test', $1)`, [String(record.offset)])
      }
    },
})

const options = () => ({ pool: database.pool, log: silentLog, ended: new AbortController().signal, pause: async () => {} })
const written = async () =>
  (await database.pool.query<{ what: string }>('select what from action')).rows
    .map(({ what }) => Number(what))
    .toSorted((a, b) => a - b)

test('a record that cannot be written is written down as unread, and keeps no other back', async () => {
  const handler = writing(({ offset }) => {
    if (offset === 4n || offset === 9n) throw new TypeError('It holds \0 nothing')
  })
  const records = Array.from({ length: 10 }, (_, offset) => recordAt(offset))
  expect(await writeBatch(handler, records, options())).toBe(true)
  expect(await written()).toEqual([0, 1, 2, 3, 5, 6, 7, 8])
  const { rows } = await database.pool.query(
    'select topic, partition, kafka_offset, why from unread_record order by kafka_offset',
  )
  expect(rows).toEqual([
    { topic: 'billing.dlt', partition: 3, kafka_offset: '4', why: 'It holds \uFFFD nothing' },
    { topic: 'billing.dlt', partition: 3, kafka_offset: '9', why: 'It holds \uFFFD nothing' },
  ])
})

test('while the database is away the batch is tried until it is written, and nothing is left out', async () => {
  let tries = 0
  const handler = writing(() => {
    tries += 1
    if (tries < 4) throw Object.assign(new DatabaseError('the database system is shutting down', 0, 'error'), { code: '57P01' })
  })
  expect(await writeBatch(handler, [recordAt(1)], options())).toBe(true)
  expect(await written()).toEqual([1])
  expect((await database.pool.query('select from unread_record')).rowCount).toBe(0)
})
