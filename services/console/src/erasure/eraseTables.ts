import type { Pool, PoolClient } from 'pg'
import { lockEndpoints } from '../failures/refreshFailures.ts'
import type { Part } from '../part.ts'
import { transaction } from '../store/transaction.ts'

const atOnce = 500

/** Failures with all that was kept of them. @param places of letters that are gone from Kafka: their failures go as well @returns how many */
export async function eraseFailures(pool: Pool, ids: readonly string[], places: readonly string[]): Promise<number> {
  const { rows } = await pool.query<{ failure_id: string }>('select distinct failure_id from letter where place = any($1)', [
    places,
  ])
  const all = [...new Set([...ids, ...rows.map(({ failure_id }) => failure_id)])].toSorted()
  let erased = 0
  for (let from = 0; from < all.length; from += atOnce) erased += await eraseSome(pool, all.slice(from, from + atOnce))
  return erased
}

const eraseSome = (pool: Pool, ids: readonly string[]): Promise<number> =>
  transaction(pool, async ({ tx, changed }) => {
    const { rows } = await tx.query<{ endpoint: string }>('select distinct endpoint from failure where id = any($1)', [ids])
    await lockEndpoints(
      tx,
      rows.map(({ endpoint }) => endpoint),
    )
    for (const [table, position] of [
      ['mark', 'position'],
      ['confirmation', 'replay_of'],
    ])
      await tx.query(
        `delete from ${table} using letter where letter.failure_id = any($1) and ${table}.${position} = any(array[place, first_place])`,
        [ids],
      )
    await tx.query('delete from letter where failure_id = any($1)', [ids])
    const { rowCount } = await tx.query('delete from failure where id = any($1)', [ids])
    for (const event of ['summary', 'groups', 'failures'] as const) changed({ event, data: {} })
    return rowCount ?? 0
  })

/** What people wrote, and why records could not be read: texts in which somebody may be named. */
const texts = [
  { table: 'event', id: 'id', column: 'text', type: 'text', without: `'erased'` },
  { table: 'action', id: 'id', column: 'selection', type: 'json', without: 'null' },
  { table: 'action', id: 'id', column: 'detail', type: 'text', without: `'erased'` },
  { table: 'group_note', id: 'group_id', column: 'text', type: 'text', without: `'erased'` },
  { table: 'unread_record', id: '(topic, partition, kafka_offset)', column: 'why', type: 'text', without: `'erased'` },
] as const

/** Whatever else is kept here about somebody. @returns how many rows of audits and the like are gone or changed */
export function eraseOthers(
  pool: Pool,
  parts: readonly Part[],
  isAbout: (text: string) => boolean,
  values: readonly string[],
): Promise<number> {
  return transaction(pool, async ({ tx, changed }) => {
    for (const each of texts) await eraseTexts(tx, each, isAbout, values)
    let rows = 0
    for (const { erase } of parts) rows += (await erase?.(tx, values)) ?? 0
    changed({ event: 'event', data: {} })
    return rows
  })
}

async function eraseTexts(
  tx: PoolClient,
  { table, id, column, type, without }: (typeof texts)[number],
  isAbout: (text: string) => boolean,
  values: readonly string[],
): Promise<void> {
  const { rows } = await tx.query<{ id: string; text: string }>(
    `select ${id}::text as id, ${column}::text as text from ${table}
     where exists (select from unnest($1::text[]) as value where strpos(lower(${column}::text), lower(value)) > 0)`,
    [values],
  )
  const about = rows.filter(({ text }) => (type === 'json' ? textsInJson(JSON.parse(text)).some(isAbout) : isAbout(text)))
  await tx.query(`update ${table} set ${column} = ${without} where ${id}::text = any($1)`, [about.map((row) => row.id)])
}

const textsInJson = (json: unknown): string[] =>
  typeof json === 'object' && json !== null ? Object.values(json).flatMap(textsInJson) : [String(json)]
