import type { EndpointTopology, Topology } from '@petrel/messaging/operations'
import { Document } from 'yaml'

/** For every topic three copies: one broker may be away, and what was acknowledged is still there twice. */
const replicas = 3

const header = ` Made by \`npx petrel topology\`, do not edit. For a Kafka that Strimzi runs in the cluster "petrel", without a
 topic prefix: each topic has ${replicas} copies. \`petrel deploy\` finds them, and makes only what is missing.

 Consumer groups, and what each of them reads:
`

/** All topics as manifests of Strimzi's topic operator; the groups in a comment, since Kafka makes them by itself. */
export function kafkaTopics({ endpoints }: Topology): string {
  const topics = endpoints.flatMap(({ plan }) => plan.topics)
  const [first, ...others] = topics.map(
    ({ topic, partitions, config }) =>
      new Document({
        apiVersion: 'kafka.strimzi.io/v1',
        kind: 'KafkaTopic',
        metadata: { name: topic, labels: { 'strimzi.io/cluster': 'petrel' } },
        spec: {
          partitions,
          replicas,
          config: Object.fromEntries(Object.entries(config).map(([name, value]) => [name, asNumber(value)])),
        },
      }),
  )
  if (first === undefined) return ''
  first.commentBefore = header + endpoints.flatMap(groupLines).join('\n')
  return [first, ...others].map((document) => document.toString({ lineWidth: 0 })).join('---\n')
}

const groupLines = ({ plan }: EndpointTopology): string[] =>
  plan.groups.map(({ group, topics }) => `   ${group}: ${topics.join(', ')}`)

const asNumber = (value: string) => (/^-?\d+$/.test(value) ? Number(value) : value)
