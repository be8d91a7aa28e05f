import { avroCodec, type BrokerRecord, type Mark } from '@petrel/messaging/operations'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { memoryRegistry } from '../../../../packages/messaging/src/registry/memory.ts'
import { type ServiceDatabase, serviceDatabase } from '../../../../test/support/serviceDatabase.ts'
import type { TopicHandler } from '../reading/port.ts'
import { transaction } from '../store/transaction.ts'
import { messageRecord, readDeadLetter, readMarkRecord } from '../testing/failingEndpoint.ts'
import { deadLetters } from './deadLetters.ts'
import { decisions } from './marks.ts'
import { forgetSettled } from './retention.ts'

let database: ServiceDatabase
beforeAll(async () => void (database = await serviceDatabase({ name: 'console' })))
afterAll(() => database[Symbol.asyncDispose]())

async function read(handler: TopicHandler, records: readonly BrokerRecord[]): Promise<void> {
  await transaction(database.pool, await handler.prepare(records))
}

const dayMs = 24 * 60 * 60 * 1_000
const daysAgo = (days: number) => new Date(Date.now() - days * dayMs).toISOString()

/** Fails so many days ago, and is archived one day later unless it is not. */
function life(number: number, days: number, isArchived: boolean): { letter: BrokerRecord; marks: BrokerRecord[] } {
  const id = `m-${number}`
  const letter = readDeadLetter('p.', messageRecord('p.', number, { id }), number)
  const mark: Mark = { outcome: 'discarded', by: 'a test', at: daysAgo(days - 1) }
  const stamped = { ...letter, headers: { ...letter.headers, 'petrel-failed-at': daysAgo(days) } }
  return { letter: stamped, marks: isArchived ? [readMarkRecord('p.', id, `p.billing.dlt/0/${number}`, mark, number)] : [] }
}

test('what nobody has to do anything about goes after its time, with all that belongs to it, and what waits stays for ever', async () => {
  const lives = [life(1, 400, false), life(2, 40, true), life(3, 20, true)]
  const codec = avroCodec({ registry: memoryRegistry() })
  await read(
    deadLetters(codec, 'p.', ''),
    lives.map(({ letter }) => letter),
  )
  await read(
    decisions('p.'),
    lives.flatMap(({ marks }) => marks),
  )
  await database.pool.query(
    `insert into replay_item (replay_id, failure_id, number, state) select gen_random_uuid(), id, 1, 'sent' from failure`,
  )
  expect(await forgetSettled(database.pool, 30)).toBe(1)
  const left = async (sql: string) => (await database.pool.query<{ id: string }>(sql)).rows.map(({ id }) => id)
  expect(await left('select message_id as id from failure order by 1')).toEqual(['m-1', 'm-3'])
  expect(await left('select place as id from letter order by 1')).toEqual(['p.billing.dlt/0/1', 'p.billing.dlt/0/3'])
  expect(await left('select position as id from mark')).toEqual(['p.billing.dlt/0/3'])
  for (const table of ['failure_search', 'replay_item'])
    expect(await left(`select failure_id as id from ${table} order by 1`)).toEqual(
      await left('select id from failure order by 1'),
    )
  expect(await forgetSettled(database.pool, 30)).toBe(0)
})
