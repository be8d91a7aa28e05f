import type { Audit, HandledEntry } from '@petrel/messaging/operations'
import type { Pool } from 'pg'
import { plainText } from '../store/columns.ts'

/** The numbers of routes and instances that this process has seen. Whoever forgets them looks them up again. */
export interface Names {
  readonly routes: Map<string, number>
  readonly instances: Map<string, number>
}

export const noNames = (): Names => ({ routes: new Map(), instances: new Map() })

/** Names come from outside: what is not in here is looked up, and written down, again. */
const mostNames = 20_000

type Route = readonly [endpoint: string, type: string, topic: string, handler: string, saga: string]

export const routeOf = ({ endpoint }: Audit, { type, topic, handler, saga }: HandledEntry): string =>
  JSON.stringify([endpoint, plainText(type ?? ''), topic, handler ?? '', saga ?? ''] satisfies Route)

/** Sees to it that all of them have numbers. Not within a transaction: a number that is rolled back would be remembered here. */
export async function nameAll(pool: Pool, audits: readonly Audit[], { routes, instances }: Names): Promise<void> {
  if (routes.size > mostNames) routes.clear()
  if (instances.size > mostNames) instances.clear()
  const allRoutes = new Set(audits.flatMap((audit) => audit.messages.map((entry) => routeOf(audit, entry))))
  const newRoutes = [...allRoutes].filter((route) => !routes.has(route)).toSorted()
  const allInstances = new Map(audits.map(({ instance, endpoint }) => [instance, endpoint]))
  const newInstances = [...allInstances].filter(([id]) => !instances.has(id)).toSorted(byName)
  if (newRoutes.length > 0) await nameRoutes(pool, newRoutes, routes)
  if (newInstances.length > 0) await nameInstances(pool, newInstances, instances)
}

const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]) => (one < other ? -1 : 1)

async function nameRoutes(pool: Pool, unknown: readonly string[], routes: Map<string, number>): Promise<void> {
  const parts = unknown.map((route) => JSON.parse(route) as Route)
  const columns = [0, 1, 2, 3, 4].map((index) => parts.map((route) => route[index]))
  await pool.query(
    `insert into audit_route (endpoint, type, topic, handler, saga)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) on conflict do nothing`,
    columns,
  )
  const { rows } = await pool.query<{ number: number; position: number }>(
    `select number, wanted.position::int from audit_route
     join unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) with ordinality
       as wanted (endpoint, type, topic, handler, saga, position)
     using (endpoint, type, topic, handler, saga)`,
    columns,
  )
  for (const { number, position } of rows) routes.set(unknown[position - 1] ?? '', number)
}

async function nameInstances(pool: Pool, unknown: readonly [string, string][], instances: Map<string, number>) {
  const ids = unknown.map(([id]) => id)
  await pool.query(`insert into instance (id, endpoint) select * from unnest($1::text[], $2::text[]) on conflict do nothing`, [
    ids,
    unknown.map(([, endpoint]) => endpoint),
  ])
  const { rows } = await pool.query<{ id: string; number: number }>('select id, number from instance where id = any($1)', [ids])
  for (const { id, number } of rows) instances.set(id, number)
}
