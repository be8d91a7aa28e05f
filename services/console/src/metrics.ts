import { type MetricsRegistry, rarely, readGauge } from '@petrel/messaging/metrics'
import { Counter } from 'prom-client'

/** What this process tells of its own work. */
export interface ConsoleMetrics {
  /** Records were read and written. @param kind of their topic, `dlt` for example */
  readonly recordsRead: (kind: string, count: number) => void
  /** Messages were sent back. */
  readonly messagesReplayed: (count: number) => void
}

/** Of the database, which all instances share. */
export interface Waiting {
  readonly endpoint: string
  readonly count: number
}

/** However many ask. */
const askEveryMs = 10_000

/** Registers everything that the console measures beside its HTTP; docs/metrics.md says what each means. @param ask how many messages wait for a person */
export function consoleMetrics(registry: MetricsRegistry, ask: () => Promise<readonly Waiting[]>): ConsoleMetrics {
  const waiting = rarely(ask, askEveryMs)
  readGauge(
    registry,
    { name: 'petrel_console_unresolved_failures', help: 'Messages that wait for a person', labelNames: ['endpoint_of'] },
    async () => ((await waiting()) ?? []).map(({ endpoint, count }) => [{ endpoint_of: endpoint }, count]),
  )
  const records = new Counter({
    name: 'petrel_console_records_read_total',
    help: 'Records that were read and written into the database, by kind of topic',
    labelNames: ['kind'],
    registers: [registry],
  })
  const replayed = new Counter({
    name: 'petrel_console_messages_replayed_total',
    help: 'Messages that were sent back',
    registers: [registry],
  })
  return {
    recordsRead: (kind, count) => records.inc({ kind }, count),
    messagesReplayed: (count) => replayed.inc(count),
  }
}
