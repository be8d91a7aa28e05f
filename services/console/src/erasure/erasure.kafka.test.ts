import { avroCodec, type BrokerRecord, BrokerUnavailable, headerText } from '@petrel/messaging/operations'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { processRegistry } from '@petrel/messaging/metrics'
import { silentLog } from '@petrel/messaging'
import { eventually } from '../../../../test/support/eventually.ts'
import { startConsole } from '../console.ts'
import type { Failure } from '../failures/list.ts'
import { settingsSchema } from '../settings.ts'
import { type ConsoleSystem, consoleSystem } from '../testing/consoleSystem.ts'
import { deadLetter, messageRecord } from '../testing/failingEndpoint.ts'
import type { ErasureProgress } from './progress.ts'

const schema = {
  type: 'record',
  name: 'Mailed',
  namespace: 'erased',
  fields: [{ name: 'email', type: 'string', pii: true }],
} as const

let shop: ConsoleSystem
let value: (email: string) => Promise<Buffer>
beforeAll(async () => {
  shop = await consoleSystem()
  const { registry } = shop.console.context
  const id = await registry.register(`${shop.prefix}mailed-value`, schema)
  value = (email) => avroCodec({ registry }).encodeAny(id, { email })
})
afterAll(() => shop[Symbol.asyncDispose]())

const failures = async (url = shop.console.url) =>
  ((await (await fetch(`${url}/api/failures?limit=200`)).json()) as { items: Failure[] }).items
const sorted = (texts: readonly (string | undefined)[]) => texts.map(String).toSorted((a, b) => a.localeCompare(b))
const idsAt = async (url: string) => sorted(Object.keys(await states(url)))
const states = async (url?: string) => Object.fromEntries((await failures(url)).map(({ messageId, state }) => [messageId, state]))
const idOf = async (messageId: string) => (await failures()).find((failure) => failure.messageId === messageId)?.id ?? ''

async function letters(topic: string): Promise<BrokerRecord[]> {
  const records: BrokerRecord[] = []
  for await (const record of shop.console.context.broker.admin.read(shop.prefix + topic)) records.push(record)
  return records
}
const idsIn = async (topic: string) => (await letters(topic)).map(({ headers }) => headerText(headers, 'ce_id'))

const erase = async (wanted: object) => {
  const answer = await shop.send('POST', '/api/erasures', wanted)
  expect([answer.status, answer.ok || (await answer.text())]).toEqual([202, true])
  const { erasureId } = (await answer.json()) as { erasureId: string }
  expect(answer.headers.get('location')).toBe(`/api/erasures/${erasureId}`)
  return eventually(async () => {
    const progress = await shop.get<ErasureProgress>(`/api/erasures/${erasureId}`)
    expect(progress).toMatchObject({ erasureId, by: 'local', state: 'checking', step: null, problem: null })
    return progress
  })
}

/** As an endpoint that says more of its errors than ours do: one in another language, or of an earlier version. */
async function failWith(id: string, message: string): Promise<void> {
  const letter = deadLetter(shop.prefix, messageRecord(shop.prefix, 900, { id }))
  const headers = { ...letter.headers, 'petrel-error-message': message, 'petrel-error-stack': `Error: ${message}` }
  await shop.console.context.broker.publish([{ ...letter, headers }])
}

test('a customer is forgotten in the console and in dead letters, and others are as they were', async () => {
  await shop.fail([{ id: 'bob-1', value: await value('bob@example.org') }])
  await shop.fail([{ id: 'ada-body', value: await value('Ada@Example.org') }])
  await failWith('ada-error', 'No mailbox ada@example.org')
  await shop.fail([{ id: 'bob-archived' }, { id: 'bob-replayed' }])
  await shop.fail([
    { id: 'ada-header', headers: { 'x-customer': 'ada-77' } },
    { id: 'ada-key', key: 'ada-77' },
  ])
  await shop.fail([{ id: 'ada-raw', value: Buffer.from('{"to": "ada@example.org"}') }, { id: 'bob-last' }])
  await eventually(async () => expect(await failures()).toHaveLength(9))
  await shop.send('POST', '/api/archive', { ids: [await idOf('bob-archived')], reason: 'Asked ada@example.org' })
  await shop.send('POST', '/api/replays', { ids: [await idOf('bob-replayed'), await idOf('ada-error')] })
  await shop.send('POST', '/api/archive', { filter: { q: 'ada@example.org' }, reason: 'All of hers' })
  await eventually(async () => expect(await idsIn('billing.replay')).toHaveLength(2))

  expect(await erase({ email: 'ada@example.org', customer: 'ada-77' })).toMatchObject({
    erased: { failures: 5, deadLetters: 5 },
    waiting: 1,
  })
  const left = {
    'bob-1': 'unresolved',
    'bob-archived': 'archived',
    'bob-last': 'unresolved',
    'bob-replayed': 'replayRequested',
  }
  expect(await states()).toEqual(left)
  expect(sorted(await idsIn('billing.dlt'))).toEqual(['bob-1', 'bob-archived', 'bob-last'])
  const dead = (await letters('billing.dlt')).map(({ value, headers }) => JSON.stringify([String(value), headers]))
  // Of a key the newest counts: in time the topic forgets the others.
  const marks = new Map((await letters('billing.replayed')).map(({ key, value }) => [String(key), String(value)]))
  expect([...dead, ...marks.values()].join('\n')).not.toContain('ada@')
  const { items: actions } = await shop.get<{ items: object[] }>('/api/actions')
  expect(JSON.stringify(actions)).not.toMatch(/ada@|ada-77/)
  expect(actions).toContainEqual(
    expect.objectContaining({ what: 'erase', by: 'local', selection: { by: ['email', 'customer'] }, outcome: 'done', count: 5 }),
  )
  const { rows } = await shop.console.context.pool.query(
    `select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  )
  for (const { table_name } of rows as { table_name: string }[]) {
    if (table_name === 'erasure') continue
    const { rows: found } = await shop.console.context.pool.query(
      `select * from "${table_name}" as t where t::text ~* 'ada@example|ada-77|6164614065'`,
    )
    expect([table_name, found]).toEqual([table_name, []])
  }

  // Each of the others is sent once.
  await shop.send('POST', '/api/replays', { ids: [await idOf('bob-1'), await idOf('bob-last')] })
  await eventually(async () => expect(await idsIn('billing.replay')).toEqual(expect.arrayContaining(['bob-1', 'bob-last'])))
  expect(sorted(await idsIn('billing.replay'))).toEqual(['ada-error', 'bob-1', 'bob-last', 'bob-replayed'])
})

test('killed before anything is cut off, it is done by itself, and a console that begins with nothing reads the same', async () => {
  const own = await consoleSystem()
  const { context } = own.console
  const { broker, pool } = context
  await own.fail([{ id: 'bob-1' }, { id: 'bob-2' }, { id: 'ada-1', key: 'order-77' }, { id: 'bob-3' }])
  await eventually(async () => expect(await idsAt(own.console.url)).toHaveLength(4))
  const second = (await failures(own.console.url)).find(({ messageId }) => messageId === 'bob-2')
  await own.send('POST', '/api/archive', { ids: [second?.id], reason: 'Because of order-77' })

  vi.spyOn(broker.admin, 'deleteRecords').mockRejectedValueOnce(new BrokerUnavailable('as if it had been killed here'))
  const begun = await own.send('POST', '/api/erasures', { key: 'order-77' })
  expect(begun.status).toBe(202)
  const progress = () => own.get<ErasureProgress>(begun.headers.get('location') ?? '')
  await eventually(async () =>
    expect(await progress()).toMatchObject({ state: 'running', step: 'topics', problem: 'Kafka does not answer' }),
  )
  await eventually(async () => expect(await idsAt(own.console.url)).toEqual(['bob-1', 'bob-2', 'bob-3']))
  await eventually(async () => {
    const { rows } = await pool.query('select wanted, dead_letters from erasure')
    expect(rows).toEqual([{ wanted: ['order-77'], dead_letters: 1 }])
  })
  await pool.query(`update erasure set again_at = now()`)
  const ended = { wanted: null, found: [], failures: 1, dead_letters: 1 }
  await eventually(async () =>
    expect(
      (await pool.query('select wanted, found, failures, dead_letters from erasure where ended_at is not null')).rows,
    ).toEqual([ended]),
  )
  expect(await progress()).toMatchObject({ state: 'done', erased: { failures: 1, deadLetters: 1 }, problem: null })
  const kept: (string | undefined)[] = []
  for await (const { headers } of broker.admin.read(`${own.prefix}billing.dlt`)) kept.push(headerText(headers, 'ce_id'))
  expect(sorted(kept)).toEqual(['bob-1', 'bob-2', 'bob-3'])

  const DATABASE_URL = await own.system.createDatabase('another-console')
  const settings = settingsSchema.parse({ ...(await own.system.env('console')), CONSOLE_PORT: '0', DATABASE_URL })
  await own.console.close()
  await eventually(() => shop.console.context.broker.admin.deleteGroups([`${own.prefix}petrel-console`]))
  const fresh = await startConsole({ settings, log: silentLog, registry: processRegistry('console'), lookEveryMs: 200 })
  const left = { 'bob-1': 'unresolved', 'bob-2': 'archived', 'bob-3': 'unresolved' }
  await eventually(async () => expect(await states(fresh.url)).toEqual(left))
  const { rows: reasons } = await fresh.context.pool.query('select distinct reason from mark')
  expect(reasons).toEqual([{ reason: 'erased' }])
  await fresh.close()
  await own.system.cleanup()
})

test('a console that is killed in the middle of it leaves it to another one', async () => {
  await shop.fail([
    { id: 'eve-1', key: 'order-eve' },
    { id: 'eve-2', key: 'order-eve' },
  ])
  await eventually(async () => expect(Object.keys(await states())).toEqual(expect.arrayContaining(['eve-1', 'eve-2'])))
  const { pool } = shop.console.context
  const { process, api } = await shop.startProcess()
  // Its last step has to wait for a row.
  const held = await pool.connect()
  await held.query('begin')
  await held.query(`select from letter where key = 'order-eve' for update`)
  const answer = await api.send('POST', '/api/erasures', { key: 'order-eve' })
  const { erasureId } = (await answer.json()) as { erasureId: string }
  const progress = () => shop.get<ErasureProgress>(`/api/erasures/${erasureId}`)
  await eventually(async () => expect(await progress()).toMatchObject({ state: 'running', step: 'tables' }))
  expect(await states()).toMatchObject({ 'eve-1': 'unresolved', 'eve-2': 'unresolved' })
  await process.kill('SIGKILL')
  await held.query('rollback')
  held.release()
  await eventually(async () => expect(await progress()).toMatchObject({ state: 'checking', erased: { failures: 2 } }))
  expect(Object.keys(await states())).not.toEqual(expect.arrayContaining(['eve-1']))
  const { items } = await shop.get<{ items: { id: string; outcome: string | null; count: number | null }[] }>('/api/actions')
  expect(items.find(({ id }) => id === erasureId)).toMatchObject({ outcome: 'done', count: 2 })
})

test('what is too short to be somebody’s alone, what names nobody, and what no database could have, is refused', async () => {
  const notInAnyDatabase = [{ email: 'ada\u0000@example.org' }, { key: 'order-\ud800' }]
  for (const wanted of [{}, { email: 'a@' }, { customer: '  x  ' }, { name: 'Ada Lovelace' }, ...notInAnyDatabase])
    expect([wanted, (await shop.send('POST', '/api/erasures', wanted)).status]).toEqual([wanted, 400])
})
