import { Client } from 'pg'
import type { ServiceDatabases } from './serviceDatabases.ts'

/** What services asked of PostgreSQL, one entry for each text, counted since the last reset. */
export interface Statement {
  readonly service: string
  readonly text: string
  readonly calls: number
  /** Returned or changed. */
  readonly rows: number
  /** Time in which PostgreSQL executed it, waiting for locks included. */
  readonly ms: number
}

/** What PostgreSQL needs to be started with: counting of statements, and the time of each commit. */
export const countingSettings = {
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.max': '10000',
  track_commit_timestamp: 'on',
}

/** Counts from here. */
export async function resetStatements(superuserUrl: string): Promise<void> {
  const client = new Client(superuserUrl)
  await client.connect()
  await client.query('create extension if not exists pg_stat_statements')
  await client.query('select pg_stat_statements_reset()')
  await client.end()
}

/** The costliest first. The bench asks as the superuser, which no service is, and is not among them. */
export async function readStatements(superuserUrl: string, databases: ServiceDatabases): Promise<Statement[]> {
  const client = new Client(superuserUrl)
  await client.connect()
  const { rows } = await client.query<Statement & { database: string }>(
    `select datname as database, query as text, calls::float8, rows::float8, total_exec_time as ms
     from pg_stat_statements as s join pg_database as d on d.oid = s.dbid join pg_roles as r on r.oid = s.userid
     where r.rolname <> current_user and datname like $1 order by total_exec_time desc`,
    [databases.pattern],
  )
  await client.end()
  return rows.map(({ database, ...statement }) => ({ ...statement, service: databases.serviceOf(database) }))
}
