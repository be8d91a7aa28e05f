import type { Log } from '@petrel/messaging'
import { type MetricsRegistry, type OpsServer, rarely, startProgramOps } from '@petrel/messaging/metrics'
import { type KafkaConnection, notLetIn } from '@petrel/messaging/connections'
import { kafkajsBroker } from '@petrel/messaging/operations'
import { lagMetrics } from './lagMetrics.ts'
import { lookAt, type Seen } from './look.ts'

/** However many ask, and however often. */
const lookEveryMs = 4_000
/** Prometheus gives up after ten seconds. */
const patienceMs = 8_000

export interface ExporterOptions {
  readonly kafka: KafkaConnection
  readonly prefix: string
  readonly port: number
  readonly registry: MetricsRegistry
  readonly log: Log
}

/** Starts to answer. Kafka may come and go. @throws Error when the port is taken */
export async function startExporter({ kafka, prefix, port, registry, log }: ExporterOptions): Promise<OpsServer> {
  const broker = kafkajsBroker({ ...kafka, clientId: 'lag-exporter', log })
  const look = telling(lookAt(broker.admin, prefix), log)
  lagMetrics(registry, rarely(look, lookEveryMs, patienceMs), prefix)
  const ops = await startProgramOps({ port, log, registry })
  return {
    port: ops.port,
    async close() {
      await ops.close()
      await broker.close()
    },
  }
}

/** Tells once that Kafka is away, and once that it is back. */
function telling(look: () => Promise<Seen>, log: Log): () => Promise<Seen> {
  let isAway = false
  return async () => {
    try {
      const seen = await look()
      if (isAway) log.info({ brokers: seen.overview.brokers }, 'Kafka answers again')
      isAway = false
      return seen
    } catch (error) {
      // Not being let in was said already, with what to check.
      if (!isAway && notLetIn(error) === undefined)
        log.warn({ err: error }, 'Kafka does not answer: there is no lag to show until it does')
      isAway = true
      throw error
    }
  }
}
