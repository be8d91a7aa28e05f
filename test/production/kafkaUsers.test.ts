import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { ROOT } from '../../deploy/local/folders.ts'

const read = (file: string) => readFile(join(ROOT, 'k8s', 'production', file), 'utf8')

interface Values {
  readonly [service: string]: { readonly connections?: Record<string, unknown> }
}

const acl = z.strictObject({
  type: z.enum(['allow', 'deny']).optional(),
  resource: z.strictObject({
    type: z.enum(['topic', 'group', 'cluster', 'transactionalId']),
    name: z.string().optional(),
    patternType: z.enum(['literal', 'prefix']).optional(),
  }),
  host: z.string().optional(),
  operations: z.array(
    z.enum([
      'All',
      'Alter',
      'AlterConfigs',
      'ClusterAction',
      'Create',
      'Delete',
      'Describe',
      'DescribeConfigs',
      'IdempotentWrite',
      'Read',
      'Write',
    ]),
  ),
})

/** What Strimzi takes of it here, as its definition of the kind says. What it does not know, Kubernetes drops in silence. */
const kafkaUser = z.strictObject({
  apiVersion: z.literal('kafka.strimzi.io/v1'),
  kind: z.literal('KafkaUser'),
  metadata: z.strictObject({
    name: z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/),
    namespace: z.string(),
    labels: z.strictObject({ 'strimzi.io/cluster': z.string() }),
  }),
  spec: z.strictObject({
    authentication: z.strictObject({ type: z.enum(['tls', 'tls-external', 'scram-sha-512']) }),
    authorization: z.strictObject({ type: z.literal('simple'), acls: z.array(acl) }),
  }),
})

test('every user is one that Strimzi knows how to make', async () => {
  const users = parseAllDocuments(await read('users.yaml')).map((document) => document.toJS() as unknown)
  expect(users.length).toBeGreaterThan(5)
  for (const user of users) expect(kafkaUser.safeParse(user).error?.issues).toBeUndefined()
})

const login = (user: string) => ({
  KAFKA_SASL_USERNAME: user,
  KAFKA_SASL_PASSWORD: { secret: `kafka-${user}`, key: 'password' },
})

test('in production every user of Kafka is that of a program of the chart, which has its password, and of who deploys', async () => {
  const [users, values, kafka] = await Promise.all([read('users.yaml'), read('values.yaml'), read('kafka.yaml')])
  const { global, ...services } = parse(values) as Values & { global: { deploy: { connections: Record<string, unknown> } } }
  const names = parseAllDocuments(users).map((document) => (document.toJS() as { metadata: { name: string } }).metadata.name)
  expect(names).toHaveLength(new Set(names).size)
  for (const name of names.filter((each) => each !== 'petrel')) expect(services[name]?.connections).toEqual(login(name))
  expect(global.deploy.connections).toEqual(login('petrel'))
  const logsIn = Object.entries(services).filter(([, { connections }]) => connections !== undefined)
  expect([...logsIn.map(([name]) => name), 'petrel'].toSorted()).toEqual(names.toSorted())
  expect(kafka).toContain('      secretPrefix: kafka-\n')
})
