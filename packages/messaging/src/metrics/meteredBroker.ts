import { Counter, Histogram } from 'prom-client'
import type { Broker, SubscribeOptions, SubscriptionListener } from '../broker/port.ts'
import type { Endpoint } from '../definition/endpoint.ts'
import { auditTopic } from '../naming.ts'
import type { MetricsRegistry } from './registry.ts'

/** In seconds; a publish fails after 3.5. */
const publishBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** What is sent and received: through which broker, and by which endpoint. */
interface Metered {
  readonly broker: Broker
  readonly endpoint: Pick<Endpoint, 'name'>
  readonly prefix: string
}

/**
 * A broker that counts what is sent and received, and what rebalances cost. Names in the metrics are without the prefix. What
 * the endpoint says about itself, in its audit topic, is no message and is not counted.
 */
export function meteredBroker(registry: MetricsRegistry, { broker, endpoint, prefix }: Metered): Broker {
  const published = publishMetrics(registry, prefix)
  const audit = prefix + auditTopic(endpoint.name)
  const listen = listenerMetrics(registry, prefix)
  return {
    ...broker,
    async publish(records) {
      const began = performance.now()
      await broker.publish(records)
      const topics = records.map(({ topic }) => topic).filter((topic) => topic !== audit)
      if (topics.length > 0) published(topics, (performance.now() - began) / 1000)
    },
    subscribe: (options) => broker.subscribe({ ...options, listener: listen(options) }),
  }
}

function publishMetrics(registry: MetricsRegistry, prefix: string) {
  const registers = [registry]
  const sent = new Counter({
    name: 'messaging_client_sent_messages_total',
    help: 'Records that are published, by topic',
    labelNames: ['messaging_destination_name'],
    registers,
  })
  const duration = new Histogram({
    name: 'petrel_publish_duration_seconds',
    help: 'Until the broker has confirmed what is published together',
    buckets: publishBuckets,
    registers,
  })
  return (topics: readonly string[], seconds: number) => {
    duration.observe(seconds)
    for (const [topic, { length }] of Map.groupBy(topics, (topic) => topic))
      sent.inc({ messaging_destination_name: topic.slice(prefix.length) }, length)
  }
}

function listenerMetrics(registry: MetricsRegistry, prefix: string) {
  const registers = [registry]
  const received = new Counter({
    name: 'messaging_client_consumed_messages_total',
    help: 'Records that came from the broker, by topic and consumer group',
    labelNames: ['messaging_destination_name', 'messaging_consumer_group_name'],
    registers,
  })
  const lost = new Counter({
    name: 'petrel_records_lost_to_retention_total',
    help: 'Offsets that the broker had deleted before they were received',
    labelNames: ['topic'],
    registers,
  })
  const rebalanced = rebalanceMetrics(registry)
  return ({ group, topics, listener }: SubscribeOptions): SubscriptionListener => {
    const name = group.slice(prefix.length)
    for (const topic of topics) lost.inc({ topic: topic.slice(prefix.length) }, 0)
    return {
      ...rebalanced(name, listener),
      onRecords(records) {
        const topic = records[0]?.topic.slice(prefix.length) ?? ''
        received.inc({ messaging_destination_name: topic, messaging_consumer_group_name: name }, records.length)
        listener.onRecords(records)
      },
      onLost(partition, offsets, since) {
        lost.inc({ topic: partition.topic.slice(prefix.length) }, offsets)
        listener.onLost?.(partition, offsets, since)
      },
      onMissing: (missing) => listener.onMissing?.(missing),
    }
  }
}

/** The first assignment is the start of the process, and no rebalance. */
function rebalanceMetrics(registry: MetricsRegistry) {
  const common = { labelNames: ['group' as const], registers: [registry] }
  const rebalances = new Counter({
    ...common,
    name: 'petrel_rebalances_total',
    help: 'How often the partitions were shared out anew while the process was a member',
  })
  const stoodStill = new Counter({
    ...common,
    name: 'petrel_rebalance_seconds_total',
    help: 'How long the process has fetched nothing because its group was rebalancing',
  })
  return (group: string, listener: SubscriptionListener): Pick<SubscriptionListener, 'onAssigned' | 'onRebalancing'> => {
    rebalances.inc({ group }, 0)
    stoodStill.inc({ group }, 0)
    let isMember = false
    let since: number | undefined
    return {
      onRebalancing() {
        since ??= performance.now()
        listener.onRebalancing?.()
      },
      onAssigned(partitions) {
        if (isMember) rebalances.inc({ group })
        if (isMember && since !== undefined) stoodStill.inc({ group }, (performance.now() - since) / 1000)
        isMember = true
        since = undefined
        listener.onAssigned(partitions)
      },
    }
  }
}
