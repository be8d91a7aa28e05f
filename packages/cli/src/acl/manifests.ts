import type { KafkaUser, Permission } from '@petrel/messaging/operations'
import { Document } from 'yaml'
import type { KafkaCluster } from '../topology/kafkaTopics.ts'
import { javaName } from './commands.ts'

const header = ({ name }: KafkaCluster) =>
  ` Made by \`npx petrel topology\`, do not edit. For a Kafka that Strimzi runs as "${name}", with \`authorization: simple\`, and without a
 topic prefix: a user for each service, which may do what its endpoint says and nothing else. Strimzi makes a password for
 each, in a Secret of that name, with the operator's prefix.`

/** Users as manifests of Strimzi's user operator; nothing where there are none. */
export function kafkaUserManifests(users: readonly KafkaUser[], cluster: KafkaCluster): string {
  const [first, ...others] = users.map((user) => new Document(manifest(user, cluster)))
  if (first === undefined) return ''
  first.commentBefore = header(cluster)
  return [first, ...others].map((document) => document.toString({ lineWidth: 0 })).join('---\n')
}

const manifest = (
  { name: user, permissions }: KafkaUser,
  { name, namespace: ofKafka, usersNamespace: namespace = ofKafka }: KafkaCluster,
) => ({
  apiVersion: 'kafka.strimzi.io/v1',
  kind: 'KafkaUser',
  metadata: { name: user, ...(namespace !== undefined && { namespace }), labels: { 'strimzi.io/cluster': name } },
  spec: {
    authentication: { type: 'scram-sha-512' },
    authorization: { type: 'simple', acls: permissions.map(rule) },
  },
})

const rule = ({ resource, pattern, name, operations }: Permission) => ({
  resource:
    resource === 'cluster'
      ? { type: resource }
      : { type: resource, name, patternType: pattern === 'prefixed' ? 'prefix' : pattern },
  operations: operations.map(javaName),
})
