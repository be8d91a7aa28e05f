import type { Audit } from '@petrel/messaging/operations'
import type { ClientBase } from 'pg'
import type { NewEvent } from '../events/event.ts'
import { type Definition, definitionNews, readDefinition } from '../monitoring/definition.ts'
import { type Change, hear } from '../monitoring/heartbeats.ts'
import type { Instance, InstanceState } from '../monitoring/instance.ts'

/** Writes down what heartbeats say. @returns what has happened */
export async function writeHeartbeats(tx: ClientBase, audits: readonly Audit[]): Promise<NewEvent[]> {
  const heartbeats = audits.filter(({ heartbeat }) => heartbeat !== null)
  if (heartbeats.length === 0) return []
  const byEndpoint = Map.groupBy(heartbeats, ({ endpoint }) => endpoint)
  const made = await insertEndpoints(tx, byEndpoint)
  const endpoints = new Map((await lockEndpoints(tx, [...byEndpoint.keys()])).map((row) => [row.name, row]))
  const instances = Map.groupBy(await instancesOf(tx, [...byEndpoint.keys()]), ({ endpoint }) => endpoint)
  const events: NewEvent[] = []
  const changes: Change[] = []
  for (const [name, own] of byEndpoint) {
    if (made.has(name)) events.push(newEndpoint(name, own[0]?.at ?? 0))
    events.push(...(await writeDefinition(tx, name, endpoints.get(name), own)))
    const change = hear(instances.get(name) ?? [], own)
    changes.push(change)
    events.push(...change.events)
  }
  await writeInstances(
    tx,
    changes.flatMap(({ changed }) => changed),
  )
  return events
}

/** @returns those that were not there before */
async function insertEndpoints(tx: ClientBase, heartbeats: ReadonlyMap<string, readonly Audit[]>): Promise<Set<string>> {
  const { rows } = await tx.query<{ name: string }>(
    `insert into endpoint (name, first_seen_at) select * from unnest($1::text[], $2::timestamptz[]) as heard (name, at)
     order by name on conflict do nothing returning name`,
    [[...heartbeats.keys()], [...heartbeats.values()].map(([first]) => new Date(first?.at ?? 0))],
  )
  return new Set(rows.map(({ name }) => name))
}

interface EndpointRow {
  readonly name: string
  readonly definition: Definition | null
  readonly defined_by_start_at: Date | null
}

/** Whoever changes an endpoint's instances has its row: what is decided about all of them is true. */
export async function lockEndpoints(tx: ClientBase, names: readonly string[]): Promise<EndpointRow[]> {
  const { rows } = await tx.query<EndpointRow>(
    'select name, definition, defined_by_start_at from endpoint where name = any($1) order by name for update',
    [names],
  )
  return rows
}

/**
 * While a new version is rolled out, processes of both tell their definitions from time to time: that of the process that has started
 * last counts. @returns what is new about what the endpoint handles and produces
 */
async function writeDefinition(tx: ClientBase, name: string, row: EndpointRow | undefined, audits: readonly Audit[]) {
  const events: NewEvent[] = []
  let last = row?.definition ? { definition: row.definition, startedAt: row.defined_by_start_at?.getTime() ?? 0 } : undefined
  const before = last
  for (const { at, heartbeat } of audits) {
    const definition = readDefinition(heartbeat?.definition ?? null)
    const startedAt = heartbeat?.startedAt ?? 0
    if (definition === undefined || (last !== undefined && startedAt <= last.startedAt)) continue
    if (last !== undefined) events.push(...definitionNews(name, last.definition, definition, at))
    last = { definition, startedAt }
  }
  if (last !== undefined && last !== before)
    await tx.query('update endpoint set definition = $2, defined_by_start_at = $3 where name = $1', [
      name,
      JSON.stringify(last.definition),
      new Date(last.startedAt),
    ])
  return events
}

const newEndpoint = (endpoint: string, at: number): NewEvent => ({
  at,
  kind: 'endpoint-new',
  severity: 'info',
  endpoint,
  text: `${endpoint} is here for the first time`,
  link: `/endpoints/${encodeURIComponent(endpoint)}`,
  name: `endpoint-new:${endpoint}`,
})

interface InstanceRow {
  readonly id: string
  readonly endpoint: string
  readonly state: InstanceState
  readonly started_at: Date
  readonly last_seen_at: Date
  readonly every_ms: number
  readonly version: string
  readonly host: string
  readonly pid: number
  readonly ready: boolean
  readonly outage_guard: boolean
}

/** Processes of these endpoints, or of all, that have ever sent a heartbeat and are not forgotten. */
export async function instancesOf(tx: Pick<ClientBase, 'query'>, endpoints: readonly string[] | null): Promise<Instance[]> {
  const { rows } = await tx.query<InstanceRow>(
    `select id, endpoint, state, started_at, last_seen_at, every_ms, version, host, pid, ready, outage_guard
     from instance where state is not null and ($1::text[] is null or endpoint = any($1))`,
    [endpoints],
  )
  return rows.map(({ started_at, last_seen_at, every_ms, outage_guard, ...row }) => ({
    ...row,
    startedAt: started_at.getTime(),
    lastSeenAt: last_seen_at.getTime(),
    everyMs: every_ms,
    outageGuard: outage_guard,
  }))
}

export async function writeInstances(tx: ClientBase, instances: readonly Instance[]): Promise<void> {
  if (instances.length === 0) return
  await tx.query(
    `insert into instance (id, endpoint, state, started_at, last_seen_at, every_ms, version, host, pid, ready, outage_guard)
     select id, endpoint, state, started_at, last_seen_at, every_ms, version, host, pid, ready, outage_guard
     from jsonb_to_recordset($1) as heard (
       id text, endpoint text, state text, started_at timestamptz, last_seen_at timestamptz, every_ms int, version text, host text,
       pid int, ready boolean, outage_guard boolean
     )
     order by id
     on conflict (id) do update set (
       endpoint, state, started_at, last_seen_at, every_ms, version, host, pid, ready, outage_guard
     ) = (
       excluded.endpoint, excluded.state, excluded.started_at, excluded.last_seen_at, excluded.every_ms, excluded.version,
       excluded.host, excluded.pid, excluded.ready, excluded.outage_guard
     )`,
    [JSON.stringify(instances.map(rowOf))],
  )
}

const rowOf = ({ startedAt, lastSeenAt, everyMs, outageGuard, ...instance }: Instance) => ({
  ...instance,
  started_at: new Date(startedAt),
  last_seen_at: new Date(lastSeenAt),
  every_ms: everyMs,
  outage_guard: outageGuard,
})
