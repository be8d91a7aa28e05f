import { avroCodec, type BrokerRecord, type Mark } from '@petrel/messaging/operations'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { memoryRegistry } from '../../../../packages/messaging/src/registry/memory.ts'
import { type ServiceDatabase, serviceDatabase } from '../../../../test/support/serviceDatabase.ts'
import { storeConfirmations } from '../failures/confirmations.ts'
import { deadLetters } from '../failures/deadLetters.ts'
import { decisions } from '../failures/marks.ts'
import { refreshFailures } from '../failures/refreshFailures.ts'
import { forgetSettled } from '../failures/retention.ts'
import type { TopicHandler } from '../reading/port.ts'
import { transaction } from '../store/transaction.ts'
import { messageRecord, readDeadLetter, readMarkRecord } from '../testing/failingEndpoint.ts'
import { cancelReplay, replayDetail, stageReplay } from './replay.ts'
import { concludeStep, type Item, type Lease, nextItems, type StepResult, takeReplay } from './steps.ts'

let database: ServiceDatabase
beforeAll(async () => void (database = await serviceDatabase({ name: 'console' })))
afterAll(() => database[Symbol.asyncDispose]())

const instance = '00000000-0000-4000-8000-000000000001'
const letters = deadLetters(avroCodec({ registry: memoryRegistry() }), '', '')
const read = async (handler: TopicHandler, records: readonly BrokerRecord[]) =>
  transaction(database.pool, await handler.prepare(records))

let failed = 0
const place = (offset: number) => `billing.dlt/0/${offset}`

/** A message that fails. @param headers of its dead letter @returns its offset */
async function fail(id: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  const offset = (failed += 1)
  const letter = readDeadLetter('', messageRecord('', offset, { id }), offset)
  await read(letters, [{ ...letter, headers: { ...letter.headers, ...headers } }])
  return offset
}

async function stage(ids: readonly string[]): Promise<{ lease: Lease; items: Item[] }> {
  const { rows } = await database.pool.query<{ id: string }>('select id from failure where message_id = any($1)', [ids])
  const filter = { ids: rows.map(({ id }) => id) }
  const request = { filter, includeStubborn: true, toOriginalTopic: true, ratePerSecond: 1_000, by: 'a test' }
  const { replayId } = await stageReplay(database.pool, request, instance)
  const lease = await takeReplay(database.pool, instance)
  if (lease?.id !== replayId) throw new Error('Another replay is there.')
  return { lease, items: await nextItems(database.pool, lease) }
}

/** All of the items, as sent to their endpoint. */
const sentAll = (items: readonly Item[]): StepResult => ({
  at: new Date().toISOString(),
  endpoints: ['billing'],
  sent: items.flatMap(({ open }) => (open === undefined ? [] : [{ ...open, editedAs: undefined }])),
  unsendable: [],
  settled: items.filter(({ open }) => open === undefined).map(({ failureId }) => failureId),
})

interface Row {
  readonly message_id: string
  readonly state: string
  readonly replays: number
  /** Of the row: another one when it was changed. */
  readonly version: string
}

async function rowsOf(ids: readonly string[]): Promise<Row[]> {
  const { rows } = await database.pool.query<Row>(
    `select message_id, state, replays, ctid::text as version from failure where message_id = any($1) order by message_id`,
    [ids],
  )
  return rows
}

/** What is written is what follows from letters, marks and confirmations. */
async function expectDerived(ids: readonly string[]): Promise<Row[]> {
  const written = await rowsOf(ids)
  await transaction(database.pool, async ({ tx }) => {
    const { rows } = await tx.query<{ id: string }>('select id from failure where message_id = any($1)', [ids])
    await refreshFailures(
      tx,
      rows.map(({ id }) => id),
    )
  })
  const stated = (rows: readonly Row[]) => rows.map(({ message_id, state, replays }) => ({ message_id, state, replays }))
  expect(stated(written)).toEqual(stated(await rowsOf(ids)))
  return written
}

test('a message is changed when its replay is asked for, and not again when it is sent', async () => {
  const ids = ['usual-1', 'usual-2', 'usual-3']
  for (const id of ids) await fail(id)
  const { lease, items } = await stage(ids)
  const staged = await expectDerived(ids)
  expect(staged).toMatchObject(ids.map(() => ({ state: 'replayRequested', replays: 1 })))
  const before = await rowsOf(ids)
  await concludeStep(database.pool, lease, sentAll(items))
  expect(await rowsOf(ids)).toEqual(before)
  await expectDerived(ids)
  expect(await replayDetail(database.pool, lease.id)).toMatchObject({ total: 3, sent: 3, resolved: 0, failed: 0 })
})

test('what is cancelled while it is being sent is on its way all the same', async () => {
  await fail('late-1')
  const { lease, items } = await stage(['late-1'])
  await cancelReplay(database.pool, lease.id)
  expect(await expectDerived(['late-1'])).toMatchObject([{ state: 'unresolved', replays: 0 }])
  await concludeStep(database.pool, lease, sentAll(items))
  expect(await expectDerived(['late-1'])).toMatchObject([{ state: 'replayRequested', replays: 1 }])
  expect(await replayDetail(database.pool, lease.id)).toMatchObject({ sent: 1 })
})

test('what is handled before it is written down as sent is resolved, and counts', async () => {
  const offset = await fail('fast-1')
  const { lease, items } = await stage(['fast-1'])
  await transaction(database.pool, (batch) =>
    storeConfirmations(batch, [{ endpoint: 'billing', replayOf: place(offset), outcome: 'handled', attempt: 1, at: Date.now() }]),
  )
  await concludeStep(database.pool, lease, sentAll(items))
  expect(await expectDerived(['fast-1'])).toMatchObject([{ state: 'resolved', replays: 1 }])
  expect(await replayDetail(database.pool, lease.id)).toMatchObject({ sent: 1, resolved: 1 })
})

test('what has failed again before it is written down as sent waits, and counts', async () => {
  const offset = await fail('again-1')
  const { lease, items } = await stage(['again-1'])
  await fail('again-1', { 'petrel-replay-of': place(offset) })
  await concludeStep(database.pool, lease, sentAll(items))
  expect(await expectDerived(['again-1'])).toMatchObject([{ state: 'unresolved', replays: 1 }])
  expect(await replayDetail(database.pool, lease.id)).toMatchObject({ sent: 1, failed: 1 })
})

test('a message that was produced twice, and failed both times, goes once with a mark for each', async () => {
  for (let copy = 0; copy < 2; copy += 1) await fail('twice-1')
  const { lease, items } = await stage(['twice-1'])
  expect(items).toMatchObject([{ open: { positions: [place(failed - 1), place(failed)] } }])
  await concludeStep(database.pool, lease, sentAll(items))
  expect(await expectDerived(['twice-1'])).toMatchObject([{ state: 'replayRequested', replays: 2 }])
})

test('what only has to reach the topic that refused it is resolved when it is sent', async () => {
  await fail('refused-1', { 'petrel-refused-by': 'billing.invoiced' })
  const { lease, items } = await stage(['refused-1'])
  await concludeStep(database.pool, lease, sentAll(items))
  expect(await expectDerived(['refused-1'])).toMatchObject([{ state: 'resolved', replays: 1 }])
  expect(await replayDetail(database.pool, lease.id)).toMatchObject({ sent: 1, resolved: 1 })
})

test('what this replay had sent before it was cut short is sent; what others have decided meanwhile is not', async () => {
  const [own, others] = [await fail('cut-1'), await fail('cut-2')]
  const { lease } = await stage(['cut-1', 'cut-2'])
  const marks: [string, number, Mark][] = [
    ['cut-1', own, { outcome: 'replayed', by: lease.by, at: new Date(lease.at.getTime() + 1).toISOString() }],
    ['cut-2', others, { outcome: 'discarded', by: 'another', at: new Date().toISOString() }],
  ]
  await read(
    decisions(''),
    marks.map(([id, offset, mark]) => readMarkRecord('', id, place(offset), mark, offset)),
  )
  const items = await nextItems(database.pool, lease)
  expect(items.map(({ open }) => open)).toEqual([undefined, undefined])
  await concludeStep(database.pool, lease, sentAll(items))
  expect(await expectDerived(['cut-1', 'cut-2'])).toMatchObject([{ state: 'replayRequested' }, { state: 'archived' }])
  const { sent, unsendable } = await replayDetail(database.pool, lease.id)
  expect([sent, unsendable.map(({ reason }) => reason)]).toEqual([1, ['Somebody else has replayed or archived it meanwhile.']])
  const { rows } = await database.pool.query<object>(
    `select positions from replay_item where replay_id = $1 and state = 'sent'`,
    [lease.id],
  )
  expect(rows).toEqual([{ positions: [place(own)] }])
})

test('each message that cannot be sent gets its own reason', async () => {
  const ids = ['lost-1', 'lost-2', 'lost-3']
  for (const id of ids) await fail(id)
  const { lease, items } = await stage(ids)
  const unsendable = items.map(({ failureId }, number) => ({ failureId, reason: `reason ${number}` })).slice(1)
  const sent = sentAll(items.slice(0, 1)).sent
  await concludeStep(database.pool, lease, { ...sentAll([]), sent, unsendable })
  const found = await replayDetail(database.pool, lease.id)
  expect(found.sent).toBe(1)
  expect(found.unsendable).toEqual(unsendable.map(({ failureId: id, reason }) => ({ id, reason })))
  expect(await expectDerived(ids)).toMatchObject([
    { state: 'replayRequested', replays: 1 },
    { state: 'unresolved', replays: 0 },
    { state: 'unresolved', replays: 0 },
  ])
})

test('what failed long ago is not forgotten while it waits to be sent, nor right after', async () => {
  const longAgo = new Date(Date.now() - 400 * 24 * 60 * 60 * 1_000).toISOString()
  await fail('old-1', { 'petrel-failed-at': longAgo })
  const { lease, items } = await stage(['old-1'])
  expect(await forgetSettled(database.pool, 30)).toBe(0)
  await concludeStep(database.pool, lease, sentAll(items))
  expect(await forgetSettled(database.pool, 30)).toBe(0)
  expect(await rowsOf(['old-1'])).toMatchObject([{ state: 'replayRequested' }])
})
