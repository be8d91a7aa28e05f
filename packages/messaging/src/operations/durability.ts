import { type ClusterDurability, durabilityWith } from '../broker/durability.ts'
import { type BrokerAdmin, BrokerUnavailable } from '../broker/port.ts'
import type { Endpoint } from '../definition/endpoint.ts'
import type { Log } from '../log.ts'
import { plan } from './plan.ts'

/** What an acknowledged message is worth less than it could be, and what a person can do. */
export interface WeakDurability {
  readonly brokers: number
  /** Topics with fewer copies than the brokers could keep, or of which one copy is enough for `acks=all`. */
  readonly topics: readonly string[]
  readonly what: string
  readonly wayOut: string
}

/** @returns undefined when two copies or more are sure, everywhere */
export function weakDurability({ brokers, topics }: ClusterDurability): WeakDurability | undefined {
  const best = durabilityWith(brokers)
  const isWeak = ({ replicas, minInSync }: { replicas: number; minInSync: number }) => replicas < best.replicas || minInSync < 2
  const weak = [...topics].filter(([, durability]) => isWeak(durability))
  const [first] = weak
  if (first === undefined) return undefined
  const [topic, { replicas, minInSync }] = first
  const others = weak.length === 1 ? '' : ` and ${weak.length - 1} more`
  const isOneCopy = weak.some(([, durability]) => Math.min(durability.replicas, durability.minInSync) < 2)
  const what =
    `${isOneCopy ? 'acks=all is one copy' : 'There are fewer copies than there could be'} in ${topic}${others}: replication factor ${replicas}, min.insync.replicas ${minInSync}, ` +
    `and ${brokers === 1 ? 'Kafka has one broker' : `Kafka has ${brokers} brokers`}.`
  return { brokers, topics: weak.map(([name]) => name), what, wayOut: wayOut(brokers) }
}

function wayOut(brokers: number): string {
  if (brokers < 3) return 'What is confirmed is lost with that one disk. For messages that count, run three brokers or more.'
  const { replicas, minInSync } = durabilityWith(brokers)
  return (
    `Raise the replication factor to ${replicas} with kafka-reassign-partitions.sh, ` +
    `then min.insync.replicas to ${minInSync} with kafka-configs.sh --alter.`
  )
}

/** Of all topics that the endpoints' deployment makes. @throws BrokerUnavailable */
export async function findWeakDurability(
  endpoints: readonly Endpoint[],
  { admin, prefix }: { readonly admin: Pick<BrokerAdmin, 'durability'>; readonly prefix: string },
): Promise<WeakDurability | undefined> {
  const topics = endpoints.flatMap((endpoint) => plan(endpoint, prefix).topics.map(({ topic }) => topic))
  return weakDurability(await admin.durability(topics))
}

/**
 * Says once, at the start, what is promised less than it seems. One broker is as somebody has chosen it, on a laptop for example:
 * then it is no warning. A broker that does not say how it is keeps nobody from starting.
 */
export async function tellDurability(
  endpoint: Endpoint,
  { admin, prefix, log }: { readonly admin: Pick<BrokerAdmin, 'durability'>; readonly prefix: string; readonly log: Log },
): Promise<void> {
  try {
    const weak = await findWeakDurability([endpoint], { admin, prefix })
    if (weak === undefined) return
    const { brokers, topics, what, wayOut } = weak
    const fields = { event: 'one_copy', brokers, topics }
    if (brokers === 1) log.info(fields, `${what} ${wayOut}`)
    else log.warn(fields, `${what} ${wayOut}`)
  } catch (error) {
    if (!(error instanceof BrokerUnavailable)) throw error
    log.debug({ err: error }, 'Kafka did not say how many copies it keeps')
  }
}
