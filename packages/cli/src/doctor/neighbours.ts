import { type Deployment, serviceOf } from '../cluster/resources.ts'
import type { Check } from './finding.ts'

/** A program on the bus, and what says which topics and groups are its. */
export interface Placed {
  readonly namespace: string
  readonly release: string
  readonly service: string
  readonly brokers: readonly string[]
  readonly prefix: string
}

/** None for a program that is not on the bus. */
export function placed(deployment: Deployment): Placed[] {
  const { metadata, spec } = deployment
  const env = new Map(spec.template.spec.containers.flatMap((container) => container.env).map(({ name, value }) => [name, value]))
  const brokers = env.get('KAFKA_BROKERS')
  if (brokers === undefined) return []
  const release = metadata.labels['app.kubernetes.io/instance'] ?? metadata.name
  const prefix = env.get('TOPIC_PREFIX') ?? ''
  return [
    {
      namespace: metadata.namespace,
      release,
      service: serviceOf(deployment),
      brokers: brokers.split(',').map(shortAddress),
      prefix,
    },
  ]
}

/** kafka.ground.svc.cluster.local:9092 and kafka.ground:9092 are one broker. */
const shortAddress = (address: string): string => address.trim().replace(/\.svc(?:\.[^:]*)?(?=:)/, '')

interface Facts {
  readonly namespace: string
  /** Of the whole cluster, as far as one may look. */
  readonly placed: readonly Placed[]
}

/** One service twice is one group with members of two releases. Different services under one prefix are as it should be. */
export const nobodySharesTopics: Check<Facts> = ({ namespace, placed: all }) => {
  const pairs = all.flatMap((one) => all.filter((other) => isTwin(one, other)).map((other) => ({ one, other })))
  const seenFromHere = pairs.filter(({ one, other }) =>
    other.namespace === namespace ? one.namespace === namespace && one.release < other.release : one.namespace === namespace,
  )
  const groups = Map.groupBy(seenFromHere, ({ one, other }) => `${nameOf(one)} and ${nameOf(other)}`)
  return [...groups].map(([releases, twins]) => ({
    code: 'TOPICS_SHARED',
    what: `The releases ${releases} have the same topics and groups for ${servicesOf(twins)}: ${prefixOf(twins)}. Of each message only one of the two hears.`,
    wayOut:
      'Upgrade one of them with a topic prefix of its own, for example global.topicPrefix=second. for a shop, topicPrefix for one service: its topics, groups and databases are then its own.',
  }))
}

const isTwin = (one: Placed, other: Placed): boolean =>
  one.service === other.service &&
  one.prefix === other.prefix &&
  one.brokers.some((broker) => other.brokers.includes(broker)) &&
  nameOf(one) !== nameOf(other)

const nameOf = ({ namespace, release }: Placed): string => `${release} (namespace ${namespace})`

type Twins = readonly { readonly one: Placed }[]

const servicesOf = (twins: Twins): string => [...new Set(twins.map(({ one }) => one.service))].toSorted().join(', ')

const prefixOf = (twins: Twins): string => {
  const prefix = twins[0]?.one.prefix ?? ''
  return prefix === '' ? 'both are on one Kafka without a topic prefix' : `both are on one Kafka with the topic prefix ${prefix}`
}
