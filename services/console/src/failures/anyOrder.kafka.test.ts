import { memoryRegistry } from '../../../../packages/messaging/src/registry/memory.ts'
import { auditDecoder, auditSchema, avroCodec, type BrokerRecord, type Mark } from '@petrel/messaging/operations'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServiceDatabase, serviceDatabase } from '../../../../test/support/serviceDatabase.ts'
import type { TopicHandler } from '../reading/port.ts'
import { transaction } from '../store/transaction.ts'
import { auditRecord, messageRecord, readDeadLetter, readMarkRecord } from '../testing/failingEndpoint.ts'
import { confirmationsIn, storeConfirmations } from './confirmations.ts'
import { deadLetters } from './deadLetters.ts'
import { decisions } from './marks.ts'

const prefix = 'p.'
const registry = memoryRegistry()
let database: ServiceDatabase
let schemaId: number
beforeAll(async () => {
  database = await serviceDatabase({ name: 'console' })
  schemaId = await registry.register('p.billing.audit-value', auditSchema)
})
afterAll(() => database[Symbol.asyncDispose]())

const handlers: Readonly<Record<string, TopicHandler>> = {
  dlt: deadLetters(avroCodec({ registry }), prefix, ''),
  mark: decisions(prefix),
  audit: {
    kind: 'audit',
    wants: () => true,
    async prepare(records) {
      const audits = await Promise.all(records.map(auditDecoder(registry)))
      return (batch) => storeConfirmations(batch, audits.flatMap(confirmationsIn))
    },
  },
}

/** A record of one of the topics. */
interface Read {
  readonly kind: keyof typeof handlers
  readonly record: BrokerRecord
}

/** What can happen to a message that has failed, in an order in which it can happen. */
const decision = fc.constantFrom('replayed', 'discarded', 'restored', 'handled', 'failedAgain', 'copied')
const lives = fc.array(fc.array(decision, { maxLength: 6 }), { minLength: 1, maxLength: 4 })

/** The records of a message's life, as each topic has them. */
function recordsOf(number: number, events: readonly string[], begin: Date): Read[] {
  const id = `m-${number}`
  const reads: Read[] = []
  let [time, offset] = [begin.getTime(), number * 1_000]
  let [position, isSent] = ['', false]
  const next = () => new Date((time += 1_000))
  const fail = (replayOf?: string) => {
    const headers = { 'petrel-failed-at': next().toISOString(), ...(replayOf !== undefined && { 'petrel-replay-of': replayOf }) }
    const record = readDeadLetter(prefix, messageRecord(prefix, number, { id, headers }), (offset += 1))
    const stamped = { ...record, headers: { ...record.headers, 'petrel-failed-at': headers['petrel-failed-at'] } }
    reads.push({ kind: 'dlt', record: stamped })
    return `${record.topic}/${record.partition}/${record.offset}`
  }
  position = fail()
  for (const what of events) {
    if (what === 'replayed' || what === 'discarded' || what === 'restored') {
      const mark: Mark = { outcome: what, by: 'a test', at: next().toISOString() }
      reads.push({ kind: 'mark', record: readMarkRecord(prefix, id, position, mark, (offset += 1)) })
      isSent ||= what === 'replayed'
    } else if (what === 'handled' && isSent) {
      const outgoing = auditRecord(prefix, schemaId, [{ id, replayOf: position, at: next() }])
      const place = { partition: 0, offset: BigInt((offset += 1)), timestamp: time }
      reads.push({ kind: 'audit', record: { ...outgoing, ...place, key: Buffer.from('i-1') } })
    } else if (what === 'failedAgain' && isSent) {
      position = fail(position)
      isSent = false
    } else if (what === 'copied') {
      const last = reads.findLast(({ kind }) => kind === 'dlt')
      if (last !== undefined) reads.push({ kind: 'dlt', record: { ...last.record, offset: BigInt((offset += 1)) } })
    }
  }
  return reads
}

async function readAll(batches: readonly (readonly Read[])[]): Promise<unknown[]> {
  await database.pool.query('delete from failure; delete from letter; delete from mark; delete from confirmation')
  for (const batch of batches)
    for (const [kind, reads] of Map.groupBy(batch, (read) => read.kind)) {
      const write = await handlers[kind]?.prepare(reads.map(({ record }) => record))
      if (write !== undefined) await transaction(database.pool, write)
    }
  const { rows } = await database.pool.query<object>(
    `select message_id, state, replays, failed_replays, first_failed_at, last_failed_at, changed_at, attempts from failure order by message_id`,
  )
  return rows
}

test('a failure has the same state whatever is read first, in whatever batches, and however often', async () => {
  await fc.assert(
    fc.asyncProperty(
      lives,
      fc.infiniteStream(fc.nat(1_000_000)),
      fc.integer({ min: 1, max: 5 }),
      fc.boolean(),
      async (events, chance, size, again) => {
        const begin = new Date('2026-01-02T04:00:00Z')
        const reads = events.flatMap((life, number) => recordsOf(number, life, begin))
        const shuffled = reads
          .map((read) => ({ read, rank: chance.next().value as number }))
          .toSorted((a, b) => a.rank - b.rank)
          .map(({ read }) => read)
        const batches = Array.from({ length: Math.ceil(shuffled.length / size) }, (_, index) =>
          shuffled.slice(index * size, (index + 1) * size),
        )
        expect(await readAll(again ? [...batches, ...batches] : batches)).toEqual(await readAll([reads]))
      },
    ),
    { numRuns: Number(process.env['ANY_ORDER_RUNS'] ?? 25) },
  )
})

const at = new Date('2026-01-02T04:00:00Z')
const lifeAndState: [string[], object][] = [
  [[], { state: 'unresolved', replays: 0, failed_replays: 0 }],
  [['copied'], { state: 'unresolved', replays: 0 }],
  [['replayed'], { state: 'replayRequested', replays: 1 }],
  [['replayed', 'copied'], { state: 'replayRequested', replays: 1 }],
  [['replayed', 'handled'], { state: 'resolved', replays: 1 }],
  [['replayed', 'failedAgain'], { state: 'unresolved', replays: 1, failed_replays: 1 }],
  [['replayed', 'failedAgain', 'replayed', 'handled'], { state: 'resolved', replays: 2, failed_replays: 1 }],
  [['discarded'], { state: 'archived' }],
  [['discarded', 'restored'], { state: 'unresolved' }],
  [['discarded', 'restored', 'discarded'], { state: 'archived' }],
  [['discarded', 'restored', 'replayed'], { state: 'replayRequested' }],
  [['replayed', 'failedAgain', 'discarded'], { state: 'archived', failed_replays: 1 }],
]
test.each(lifeAndState)('after %j a message is as it should be', async (life, expected) => {
  expect(await readAll([recordsOf(1, life, at)])).toMatchObject([{ message_id: 'm-1', ...expected }])
})

test('of a message that failed twice among hundreds of others, the newest letter counts, wherever it is among them', async () => {
  const [first, ...later] = recordsOf(0, ['replayed', 'failedAgain'], at)
  if (first === undefined) throw new Error('It has not failed.')
  const others = Array.from({ length: 250 }, (_, number) => recordsOf(number + 1, [], at)).flat()
  const oneByOne = await readAll([[first], later, others])
  expect(oneByOne).toHaveLength(251)
  expect(await readAll([[first, ...others, ...later]])).toEqual(oneByOne)
  expect(await readAll([[...later, ...others, first]])).toEqual(oneByOne)
})
