import { uuid7 } from '@petrel/messaging'
import type { Audit } from '@petrel/messaging/operations'
import type { Pool } from 'pg'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { serviceDatabase } from '../../../../test/support/serviceDatabase.ts'
import { transaction } from '../store/transaction.ts'
import { aHeartbeat, anAudit, anEntry } from '../../../../test/support/audits.ts'
import { keepDays } from './days.ts'
import type { AuditRecord } from './positions.ts'
import { auditWriter } from './writer.ts'

const database = await serviceDatabase({ name: 'console' })
const { pool } = database
const now = Date.parse('2026-03-01T10:00:00Z')
const clock = () => now

beforeEach(async () => {
  await pool.query('truncate audit_position, handled, endpoint, instance, rate, timing, instance_rate, lane, event cascade')
  await keepDays(pool, 7, now)
})
afterAll(() => database[Symbol.asyncDispose]())

const recordOf = (audit: Audit, offset: number, timestamp = audit.at): AuditRecord => ({
  topic: `${audit.endpoint}.audit`,
  partition: 0,
  offset: BigInt(offset),
  timestamp,
  audit,
})

async function write(records: readonly AuditRecord[], writer = auditWriter({ pool, days: 7, clock })): Promise<void> {
  await transaction(pool, await writer(records))
}

const count = async (table: string, sum = 'count(*)') => {
  const { rows } = await pool.query<{ count: number }>(`select coalesce(${sum}, 0)::int as count from ${table}`)
  return rows[0]?.count
}

test('a record that is read again is written once, and counted once', async () => {
  const records = [0, 1, 2].map((offset) => recordOf(anAudit({ at: now, messages: [anEntry(), anEntry()] }), offset))
  await write(records)
  await write(records.slice(1))
  expect(await count('handled')).toBe(6)
  expect(await count('rate where grain = 60', 'sum(handled)')).toBe(6)
  expect(await count('timing where grain = 60', 'sum(processing)')).toBe(6)
})

test('a time that no calendar has, by which a stranger appended it, keeps nobody from reading on', async () => {
  const audit = () => anAudit({ at: now, messages: [anEntry()] })
  await write([-1, 0, now * 1_000_000].map((timestamp, offset) => recordOf(audit(), offset, timestamp)))
  await write([recordOf(audit(), 3)])
  expect(await count('handled')).toBe(4)
})

test('two consoles that read the same records at once write them once', async () => {
  const records = Array.from({ length: 20 }, (_, offset) => recordOf(anAudit({ at: now, messages: [anEntry()] }), offset))
  await Promise.all(Array.from({ length: 4 }, () => write(records)))
  expect(await count('handled')).toBe(20)
  expect(await count('rate where grain = 60', 'sum(handled)')).toBe(20)
})

test('whoever has to know what was handled is told once, in the same transaction', async () => {
  const told: Audit[] = []
  const audited = [async (_: unknown, audits: readonly Audit[]) => void told.push(...audits)]
  const records = [recordOf(anAudit({ at: now, messages: [anEntry()] }), 0)]
  const writer = auditWriter({ pool, days: 7, clock, audited })
  await write(records, writer)
  await write(records, writer)
  expect(told).toEqual(records.map(({ audit }) => audit))
})

test('a topic that was deleted and made again is read from its beginning', async () => {
  const before = [0, 1, 2].map((offset) => recordOf(anAudit({ at: now, messages: [anEntry()] }), offset, now - 60_000))
  const after = [0, 1].map((offset) => recordOf(anAudit({ at: now, messages: [anEntry()] }), offset, now))
  await write(before)
  await write(after)
  await write(after)
  expect(await count('handled')).toBe(5)
})

test('everything that an entry says is kept', async () => {
  const sagaStep = { change: 'changed', timeouts: [{ id: 't-1', type: 'shipping.IsDue\0', dueAt: 9_000 }] } as const
  const replayed = anEntry({
    id: 'm1',
    causationId: 'm0',
    traceId: 'abc',
    saga: 'ShippingPolicy',
    sagaId: 'order-42',
    outcome: 'deadLettered',
    attempt: 4,
    errorType: 'TypeError',
    originalTopic: 'sales.order-placed',
    originalPartition: 3,
    originalOffset: 17,
    replayOf: 'billing.dlt/0/5',
    key: 'a\0b',
    sagaStep,
  })
  await write([recordOf(anAudit({ at: now, messages: [replayed] }), 0)])
  const { rows } = await pool.query(
    `select handled.*, audit_route.*, instance.id as instance_id from handled
     join audit_route on audit_route.number = route join instance on instance.number = instance`,
  )
  expect(rows).toMatchObject([
    {
      at: new Date(now),
      sent_at: new Date(1_000),
      started_at: new Date(2_000),
      duration_us: '5000',
      attempt: 4,
      outcome: 'deadLettered',
      message_id: 'm1',
      causation_id: 'm0',
      key: 'a\u{FFFD}b',
      trace_id: 'abc',
      saga_id: 'order-42',
      saga_step: sagaStep,
      error_type: 'TypeError',
      original: 'sales.order-placed/3/17',
      replay_of: 'billing.dlt/0/5',
      endpoint: 'billing',
      source: 'sales',
      type: 'sales.OrderPlaced',
      handler: 'billOrder',
      saga: 'ShippingPolicy',
      instance_id: 'one',
    },
  ])
})

test('what is older than what is kept is left out, and of a clock that is ahead nothing is lost', async () => {
  const old = anAudit({ at: now - 9 * 24 * 60 * 60_000, messages: [anEntry()] })
  const ahead = anAudit({ at: now + 9 * 24 * 60 * 60_000, messages: [anEntry({ id: 'ahead' })] })
  await write([recordOf(old, 0), recordOf(ahead, 1)])
  const { rows } = await pool.query('select message_id, at from handled')
  expect(rows).toEqual([{ message_id: 'ahead', at: new Date(now) }])
})

test('a day that is too old is dropped, also when two consoles do it', async () => {
  const day = 24 * 60 * 60_000
  await write([
    recordOf(anAudit({ at: now - day, messages: [anEntry()] }), 0),
    recordOf(anAudit({ at: now, messages: [anEntry()] }), 1),
  ])
  await Promise.all([keepDays(pool, 7, now + 7 * day), keepDays(pool, 7, now + 7 * day)])
  const { rows } = await pool.query<{ at: Date }>('select at from handled')
  expect(rows).toEqual([{ at: new Date(now) }])
  expect(await daysOf(pool)).toEqual(['handled_20260301', 'handled_20260309'])
})

async function daysOf(pool: Pool): Promise<[string | undefined, string | undefined]> {
  const { rows } = await pool.query<{ name: string }>(
    `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'handled'::regclass order by 1`,
  )
  return [rows[0]?.name, rows.at(-1)?.name]
}

const beat = (at: number, fields: Parameters<typeof aHeartbeat>[0] = {}) => anAudit({ at, heartbeat: aHeartbeat(fields) })

test('heartbeats make endpoints and instances, and say what happens to them once', async () => {
  const definition = JSON.stringify({
    handles: [{ type: 'sales.OrderPlaced', topic: 'sales.order-placed', kind: 'event', handler: 'billOrder' }],
    produces: [],
    delayed: [],
    partitions: 1,
    groups: [],
  })
  const more = definition.replace('[]', '[{"type":"billing.OrderBilled","topic":"billing.order-billed","kind":"event"}]')
  const records = [
    beat(now - 30_000, { definition }),
    beat(now - 20_000, { definition: more, startedAt: 2_000 }),
    // The former version is still there.
    beat(now - 19_000, { definition }),
    beat(now - 10_000, { outageGuard: true }),
    beat(now, { stopping: true }),
  ].map((audit, offset) => recordOf(audit, offset))
  await write(records)
  await write(records)
  const { rows } = await pool.query<{ kind: string; text: string }>('select kind, text from event order by at, id')
  expect(rows.map(({ kind }) => kind)).toEqual([
    'endpoint-new',
    'endpoint-started',
    'endpoint-changed',
    'outage-guard-on',
    'endpoint-stopped',
  ])
  expect(rows[2]?.text).toBe('billing now produces billing.OrderBilled')
  const { rows: instances } = await pool.query('select id, endpoint, state, last_seen_at from instance')
  expect(instances).toEqual([{ id: 'one', endpoint: 'billing', state: 'stopped', last_seen_at: new Date(now) }])
})

test('a lane is with the process that had it last', async () => {
  await write([recordOf(anAudit({ at: now, lane: '3', messages: [anEntry()] }), 0)])
  const second = uuid7()
  await write([recordOf(anAudit({ at: now, instance: second, lane: '3', messages: [anEntry()] }), 1)])
  const { rows } = await pool.query('select lane, id from lane join instance on instance.number = lane.instance')
  expect(rows).toEqual([{ lane: '3', id: second }])
})
