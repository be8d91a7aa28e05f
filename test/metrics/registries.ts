import { httpDurations, type MetricsRegistry } from '@petrel/messaging/metrics'
import { endpointMetrics } from '../../packages/messaging/src/metrics/endpointMetrics.ts'
import { measureNode, processRegistry } from '../../packages/messaging/src/metrics/registry.ts'
import { memoryBroker } from '../../packages/messaging/src/broker/memory.ts'
import { statusBeforeJoining } from '../../packages/messaging/src/engine/status.ts'
import { memoryStore } from '../../packages/messaging/src/store/memory.ts'
import { billing } from '../../services/billing/src/endpoint.ts'
import { clientUi } from '../../services/client-ui/src/endpoint.ts'
import { consoleMetrics } from '../../services/console/src/metrics.ts'
import { email } from '../../services/email/src/endpoint.ts'
import { lagMetrics } from '../../services/lag-exporter/src/lagMetrics.ts'
import { loyalty } from '../../services/loyalty/src/endpoint.ts'
import { mailMetrics } from '../../services/mailbox/src/metrics.ts'
import { sales } from '../../services/sales/src/endpoint.ts'
import { shipping } from '../../services/shipping/src/endpoint.ts'
import { shopkeeper } from '../../services/shopkeeper/src/endpoint.ts'
import { stock } from '../../services/stock/src/endpoint.ts'

/** A registry of each program of the shop, with everything that it registers when it starts. */
export function registries(): MetricsRegistry[] {
  const endpoints = [billing, clientUi, email, loyalty, sales, shipping, shopkeeper, stock].map((endpoint) => {
    const registry = processRegistry(endpoint.name)
    const status = () => statusBeforeJoining(endpoint.name)
    endpointMetrics(registry, { endpoint, prefix: '', broker: memoryBroker(), store: memoryStore(), status })
    return registry
  })
  const exporter = processRegistry('lag-exporter')
  lagMetrics(exporter, async () => undefined, '')
  const gateway = processRegistry('payment-gateway')
  measureNode(gateway)
  httpDurations(gateway)
  const console = processRegistry('console')
  consoleMetrics(console, async () => [])
  const mailbox = processRegistry('mailbox')
  mailMetrics(mailbox, { counts: () => ({ came: 0, since: undefined, kept: 0 }), bytes: () => 0 })
  return [...endpoints, exporter, gateway, console, mailbox]
}
