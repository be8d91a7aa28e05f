import type { EndpointTopology, Topology } from '@petrel/messaging/operations'
import { Document, parseAllDocuments } from 'yaml'
import { z } from 'zod'

/** A Kafka that Strimzi runs. */
export interface KafkaCluster {
  readonly name: string
  /** The topic operator looks for topics where its Kafka is. */
  readonly namespace?: string | undefined
  /** Where the user operator looks for users, and makes their Secrets. */
  readonly usersNamespace?: string | undefined
}

/** For every topic three copies: one broker may be away, and what was acknowledged is still there twice. */
const replicas = 3

const header = ({ name }: KafkaCluster) =>
  ` Made by \`npx petrel topology\`, do not edit. For a Kafka that Strimzi runs as "${name}", without a topic prefix:
 each topic has ${replicas} copies. \`petrel deploy\` finds them, and makes only what is missing.

 Consumer groups, and what each of them reads:
`

/** All topics as manifests of Strimzi's topic operator; the groups in a comment, since Kafka makes them by itself. */
export function kafkaTopics({ endpoints }: Topology, cluster: KafkaCluster): string {
  const { name, namespace } = cluster
  const topics = endpoints.flatMap(({ plan }) => plan.topics)
  const [first, ...others] = topics.map(
    ({ topic, partitions, config }) =>
      new Document({
        apiVersion: 'kafka.strimzi.io/v1',
        kind: 'KafkaTopic',
        metadata: { name: topic, ...(namespace !== undefined && { namespace }), labels: { 'strimzi.io/cluster': name } },
        spec: { partitions, replicas, config: numbered(config) },
      }),
  )
  if (first === undefined) return ''
  first.commentBefore = header(cluster) + endpoints.flatMap(groupLines).join('\n')
  return [first, ...others].map((document) => document.toString({ lineWidth: 0 })).join('---\n')
}

const kafkaManifest = z.object({
  kind: z.literal('Kafka'),
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }),
  spec: z
    .object({
      entityOperator: z
        .object({ userOperator: z.object({ watchedNamespace: z.string().optional() }).nullish() })
        .default({ userOperator: null }),
    })
    .optional(),
})

/** The Kafka among some manifests; it is called petrel where there is none. */
export function kafkaCluster(manifests: string): KafkaCluster {
  const found = parseAllDocuments(manifests).map((document) => kafkaManifest.safeParse(document.toJS()))
  const { metadata, spec } = found.find(({ success }) => success)?.data ?? { metadata: { name: 'petrel' } }
  const usersNamespace = spec?.entityOperator.userOperator?.watchedNamespace
  return { ...metadata, ...(usersNamespace !== undefined && { usersNamespace }) }
}

const groupLines = ({ plan }: EndpointTopology): string[] =>
  plan.groups.map(({ group, topics }) => `   ${group}: ${topics.join(', ')}`)

const numbered = (config: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(config).map(([name, value]) => [name, /^-?\d+$/.test(value) ? Number(value) : value]))
