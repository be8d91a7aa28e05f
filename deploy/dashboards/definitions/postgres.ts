import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { board, type Row } from '../grafana/board.ts'
import { figure } from '../grafana/figures.ts'
import { graph } from '../grafana/graph.ts'
import { status } from '../grafana/palette.ts'
import { gauge, increase, max, orZero, percentile, rate, sum } from '../grafana/promql.ts'

export const postgres = (): Dashboard =>
  board({
    name: 'postgres',
    title: 'PostgreSQL',
    description: 'Whether the databases keep up, what they do, and how they grow.',
    rows: [well(), work(), held(), growth()],
  })

/** Not the databases that every server has. */
const databases = 'datname!~"template.*|postgres|"'

const well = (): Row => ({
  question: 'Do the databases keep up?',
  panels: [
    figure(
      { title: 'Transactions', description: 'Committed, of all databases.', unit: 'count:tx/s', width: 6 },
      [sum(rate('pg_stat_database_xact_commit', databases)), 'commits'],
      { decimals: 0 },
    ),
    figure(
      {
        title: 'Connections',
        description: 'Of all databases. PostgreSQL takes 100 unless it was told otherwise; at 80 a new replica may find none.',
        unit: 'short',
        width: 6,
      },
      [sum(max(gauge('pg_stat_database_numbackends', databases), 'datname')), 'connections'],
      { limits: { wait: 80, fail: 95 }, decimals: 0 },
    ),
    figure(
      {
        title: 'Save of a batch, p95',
        description: 'The slowest service. Over 50 ms: the disk is slow, or sessions wait for each other; see the locks.',
        unit: 's',
        width: 6,
      },
      [max(percentile(0.95, 'petrel_save_duration_seconds', '', 'endpoint')), 'save'],
      { limits: { wait: 0.05, fail: 0.25 } },
    ),
    figure({ title: 'Size', description: 'Of all databases together, on the disk.', unit: 'bytes', width: 6 }, [
      sum(max(gauge('pg_database_size_bytes', databases), 'datname')),
      'size',
    ]),
  ],
})

const work = (): Row => ({
  question: 'Which database works, and does one wait for another?',
  panels: [
    graph(
      {
        title: 'Transactions by database',
        description: 'One for each batch, not for each message: they rise more slowly than messages do.',
        unit: 'count:tx/s',
        width: 12,
      },
      [[sum(rate('pg_stat_database_xact_commit', databases), 'datname'), '{{datname}}']],
      { stacked: true },
    ),
    graph(
      {
        title: 'Save of a batch, p95, by service',
        description: 'All rise together: the server. One alone: its tables, or a transaction that holds a lock.',
        unit: 's',
        width: 12,
      },
      [[percentile(0.95, 'petrel_save_duration_seconds', '', 'endpoint'), '{{endpoint}}']],
      { limits: { wait: 0.05 } },
    ),
    graph(
      {
        title: 'Rolled back, and deadlocks',
        description: 'A conflict is tried again by itself. Many: two handlers write the same rows in another order.',
        unit: 'short',
        width: 12,
      },
      [
        [sum(increase('pg_stat_database_xact_rollback', databases)), 'rolled back'],
        [sum(increase('pg_stat_database_deadlocks', databases)), 'deadlocks'],
      ],
      { colors: { rolled: status.wait, deadlocks: status.fail } },
    ),
    graph(
      {
        title: 'Connections by database',
        description: 'Each replica has a pool. Rising without new replicas: connections are not given back.',
        unit: 'short',
        width: 12,
      },
      [[max(gauge('pg_stat_database_numbackends', databases), 'datname'), '{{datname}}']],
      { stacked: true },
    ),
  ],
})

const held = (): Row => ({
  question: 'Does somebody hold others up?',
  panels: [
    graph(
      {
        title: 'Oldest open transaction, by database',
        description:
          'A transaction that stays open holds its locks, and keeps old rows from being cleaned. Find it in pg_stat_activity.',
        unit: 's',
        width: 12,
      },
      [[max(gauge('pg_stat_activity_max_tx_duration', databases), 'datname'), '{{datname}}']],
      { limits: { wait: 30 } },
    ),
    graph(
      {
        title: 'Locks, by database',
        description: 'Held or waited for. Many in one database while it commits little: its handlers want the same rows.',
        unit: 'short',
        width: 12,
      },
      [[orZero(sum(gauge('pg_locks_count', databases), 'datname'), 'datname'), '{{datname}}']],
      { stacked: true },
    ),
  ],
})

const growth = (): Row => ({
  question: 'What grows?',
  panels: [
    graph(
      {
        title: 'Size by database',
        description: 'The inbox forgets after seven days, orders stay. One that grows faster than its orders: look at its inbox.',
        unit: 'bytes',
        width: 12,
      },
      [[max(gauge('pg_database_size_bytes', databases), 'datname'), '{{datname}}']],
      { stacked: true },
    ),
    graph(
      {
        title: 'Rows in inboxes',
        description: 'An estimate. Seven days of messages, and not more.',
        unit: 'short',
        width: 12,
      },
      [[max(gauge('petrel_inbox_rows'), 'endpoint'), '{{endpoint}}']],
      { stacked: true },
    ),
  ],
})
