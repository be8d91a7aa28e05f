import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import type { ServiceDatabases } from './serviceDatabases.ts'

/** The page's database, where everything that became of an order can be seen. Asked directly: over HTTP, the page would pay for it. */
export interface OrderHistory {
  readonly client: Client
  /** The events that every order has when it is done. */
  readonly wholeJourney: readonly string[]
  [Symbol.asyncDispose](): Promise<void>
}

export async function openOrderHistory(databases: ServiceDatabases, wholeJourney: readonly string[]): Promise<OrderHistory> {
  const client = new Client(databases.urlOf('client-ui'))
  await client.connect()
  return { client, wholeJourney, [Symbol.asyncDispose]: () => client.end() }
}

const LOOK_EVERY_MS = 20
const FEW = 10
const LONGEST_STANDSTILL_MS = 300_000

/**
 * Resolves when every order is placed, billed, reserved, shipped, mailed and rewarded. Orders are done roughly in the order in
 * which they came, so it looks at the few oldest that are not done, and each order is read about once.
 * @throws Error when none is done for five minutes
 */
export async function untilAllDone(history: OrderHistory, ids: readonly string[]): Promise<void> {
  let waiting = ids
  let window = FEW
  let lastDoneAt = Date.now()
  while (waiting.length > 0) {
    const oldest = waiting.slice(0, window)
    const done = await doneAmong(history, oldest)
    waiting = [...oldest.filter((id) => !done.has(id)), ...waiting.slice(window)]
    if (done.size > 0) lastDoneAt = Date.now()
    if (Date.now() - lastDoneAt > LONGEST_STANDSTILL_MS)
      throw new Error(`Order ${waiting[0]} and ${waiting.length - 1} others are not done, and none was for 5 minutes.`)
    const allOfThem = done.size === oldest.length
    window = allOfThem ? Math.min(window * 2, 1000) : FEW
    if (!allOfThem) await sleep(LOOK_EVERY_MS)
  }
}

async function doneAmong({ client, wholeJourney }: OrderHistory, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await client.query<{ order_id: string }>({
    name: 'done-among',
    text: `select order_id from order_history where order_id = any($1) and type = any($2)
      group by order_id having count(distinct type) = $3`,
    values: [ids, wholeJourney, wholeJourney.length],
  })
  return new Set(rows.map((row) => row.order_id))
}

/**
 * When the last effect of each order was committed, in milliseconds since the epoch. PostgreSQL has kept it
 * (`track_commit_timestamp`), so that nothing is asked and nothing added while the shop works. The row can be seen a moment
 * later, when the disk has it.
 */
export async function lastEffects({ client, wholeJourney }: OrderHistory): Promise<Map<string, number>> {
  const { rows } = await client.query<{ order_id: string; at: number }>(
    `select order_id, (extract(epoch from max(pg_xact_commit_timestamp(xmin))) * 1000)::float8 as at
     from order_history where type = any($1) group by order_id`,
    [wholeJourney],
  )
  return new Map(rows.map(({ order_id, at }) => [order_id, at]))
}
