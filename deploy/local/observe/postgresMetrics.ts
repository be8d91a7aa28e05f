import { Pool } from 'pg'
import { Gauge, Registry } from 'prom-client'

/** A query, and the metrics that its columns are; the other columns are labels. Names are those of postgres_exporter. */
interface Source {
  readonly sql: string
  readonly labels: readonly string[]
  readonly metrics: Readonly<Record<string, string>>
}

const database = "datname is not null and datname not like 'template%'"

const SOURCES: readonly Source[] = [
  {
    sql: `select datname, numbackends, xact_commit, xact_rollback, blks_read, blks_hit, tup_returned, tup_fetched,
            tup_inserted, tup_updated, tup_deleted, temp_bytes, deadlocks
          from pg_stat_database where ${database}`,
    labels: ['datname'],
    metrics: {
      pg_stat_database_numbackends: 'Connections that are open now',
      pg_stat_database_xact_commit: 'Transactions that were committed',
      pg_stat_database_xact_rollback: 'Transactions that were rolled back',
      pg_stat_database_blks_read: 'Blocks read from the disk or from the cache of the operating system',
      pg_stat_database_blks_hit: 'Blocks found in shared buffers',
      pg_stat_database_tup_returned: 'Rows that scans read',
      pg_stat_database_tup_fetched: 'Rows that indexes led to',
      pg_stat_database_tup_inserted: 'Rows inserted',
      pg_stat_database_tup_updated: 'Rows updated',
      pg_stat_database_tup_deleted: 'Rows deleted',
      pg_stat_database_temp_bytes: 'Bytes written to temporary files by queries',
      pg_stat_database_deadlocks: 'Deadlocks',
    },
  },
  {
    sql: `select datname, pg_database_size(datname) as size_bytes from pg_database where ${database}`,
    labels: ['datname'],
    metrics: { pg_database_size_bytes: 'Size on the disk' },
  },
  {
    sql: `select datname, mode, count(*) from pg_locks join pg_database on pg_database.oid = database where ${database} group by 1, 2`,
    labels: ['datname', 'mode'],
    metrics: { pg_locks_count: 'Locks that are held or waited for' },
  },
  {
    sql: `select datname, state, count(*), coalesce(max(extract(epoch from now() - xact_start)), 0) as max_tx_duration
          from pg_stat_activity where ${database} and state is not null group by 1, 2`,
    labels: ['datname', 'state'],
    metrics: {
      pg_stat_activity_count: 'Connections by what they do',
      pg_stat_activity_max_tx_duration: 'Age of the oldest open transaction, in seconds',
    },
  },
]

/** What PostgreSQL says of itself; asked whenever somebody reads it. */
export interface PostgresMetrics {
  /** In the text format of Prometheus. @throws DatabaseError when PostgreSQL is away */
  read(): Promise<string>
  close(): Promise<void>
}

/** Of all databases of a server. @param superuserUrl on a cluster people bring a postgres_exporter, which uses the same names */
export function postgresMetrics(superuserUrl: string): PostgresMetrics {
  const pool = new Pool({ connectionString: superuserUrl, max: 1, connectionTimeoutMillis: 3_000, query_timeout: 3_000 })
  // The next reading opens a new connection, and says what is wrong if that fails.
  pool.on('error', () => {})
  const { registry, gauges } = postgresGauges()
  return {
    async read() {
      for (const [index, { sql, labels }] of SOURCES.entries())
        show(gauges[index] ?? {}, labels, (await pool.query<Row>(sql)).rows)
      return registry.metrics()
    },
    close: () => pool.end(),
  }
}

/** Gauges also where a counter is meant: PostgreSQL has counted, and prom-client's counters only add. Prometheus does not mind. */
export function postgresGauges(): { readonly registry: Registry; readonly gauges: readonly Gauges[] } {
  const registry = new Registry()
  return { registry, gauges: SOURCES.map((source) => gaugesOf(source, registry)) }
}

type Row = Readonly<Record<string, string | number>>
type Gauges = Readonly<Record<string, Gauge>>

const gaugesOf = ({ metrics, labels }: Source, registry: Registry): Gauges =>
  Object.fromEntries(
    Object.entries(metrics).map(([name, help]) => [
      name,
      new Gauge({ name, help, labelNames: [...labels], registers: [registry] }),
    ]),
  )

/** A database that is gone has no row any more, and so no series. */
function show(gauges: Gauges, labels: readonly string[], rows: readonly Row[]): void {
  for (const [name, gauge] of Object.entries(gauges)) {
    gauge.reset()
    for (const row of rows) {
      const column = Object.keys(row).find((each) => name.endsWith(`_${each}`)) ?? ''
      gauge.set(Object.fromEntries(labels.map((label) => [label, String(row[label])])), Number(row[column]))
    }
  }
}
