import type { KafkaUser } from '@petrel/messaging/operations'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { ROOT } from '../../../../deploy/local/folders.ts'
import { runPetrel } from '../testing/runPetrel.ts'
import { kafkaAclsCommands } from './commands.ts'
import { databaseRoles, databaseStatements } from './databaseRoles.ts'
import { kafkaUserManifests } from './manifests.ts'

const email: KafkaUser = {
  name: 'email',
  permissions: [
    { resource: 'cluster', pattern: 'literal', name: 'kafka-cluster', operations: ['describe'] },
    { resource: 'group', pattern: 'literal', name: 'email', operations: ['read', 'describe'] },
    { resource: 'group', pattern: 'literal', name: 'email.retry', operations: ['read', 'describe'] },
    { resource: 'topic', pattern: 'prefixed', name: 'email.retry.', operations: ['describe-configs'] },
  ],
}

test("for Kafka's own tool it is a call for each set of operations", () => {
  const tool = 'kafka-acls.sh --bootstrap-server "$BROKERS" --command-config "$ADMIN" --add'
  expect(kafkaAclsCommands([email], (user) => `User:CN=${user},O=Shop's`)).toEqual([
    '# email',
    `${tool} --allow-principal 'User:CN=email,O=Shop'\\''s' --operation Describe --cluster`,
    `${tool} --allow-principal 'User:CN=email,O=Shop'\\''s' --operation Read --operation Describe --group email --group email.retry`,
    `${tool} --allow-principal 'User:CN=email,O=Shop'\\''s' --operation DescribeConfigs --resource-pattern-type prefixed --topic email.retry.`,
  ])
})

test('for Strimzi it is a KafkaUser, where its operator looks for users', () => {
  const text = kafkaUserManifests([email], { name: 'events', namespace: 'kafka', usersNamespace: 'shop' })
  expect(parseAllDocuments(text).map((document) => document.toJS() as unknown)).toEqual([
    {
      apiVersion: 'kafka.strimzi.io/v1',
      kind: 'KafkaUser',
      metadata: { name: 'email', namespace: 'shop', labels: { 'strimzi.io/cluster': 'events' } },
      spec: {
        authentication: { type: 'scram-sha-512' },
        authorization: {
          type: 'simple',
          acls: [
            { resource: { type: 'cluster' }, operations: ['Describe'] },
            { resource: { type: 'group', name: 'email', patternType: 'literal' }, operations: ['Read', 'Describe'] },
            { resource: { type: 'group', name: 'email.retry', patternType: 'literal' }, operations: ['Read', 'Describe'] },
            { resource: { type: 'topic', name: 'email.retry.', patternType: 'prefix' }, operations: ['DescribeConfigs'] },
          ],
        },
      },
    },
  ])
  expect(kafkaUserManifests([], { name: 'events' })).toBe('')
})

test('for PostgreSQL it is a role that owns a database, which nobody else may enter', () => {
  expect(databaseStatements(databaseRoles(['client-ui']))).toEqual([
    '-- client-ui',
    `create role "client_ui" login password :'client_ui_password';`,
    'create database "client_ui" owner "client_ui";',
    'revoke connect on database "client_ui" from public;',
  ])
})

const acl = (...args: string[]) => runPetrel(['acl', ...args], { TOPIC_PREFIX: 'test7.' }, ROOT)

test('petrel acl knows every program of the project that is on the bus, and who deploys them', async () => {
  const { code, out } = await acl('--as', 'json')
  expect(code).toBe(0)
  const { kafkaUsers, databaseRoles: roles } = JSON.parse(out) as {
    kafkaUsers: { name: string }[]
    databaseRoles: { service: string }[]
  }
  const names = kafkaUsers.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['sales', 'billing', 'client-ui', 'console', 'lag-exporter', 'petrel']))
  for (const stranger of ['mailbox', 'payment-gateway']) expect(names).not.toContain(stranger)
  expect(roles.map(({ service }) => service)).toEqual(expect.arrayContaining(['payment-gateway', 'console', 'sales']))
})

test('of the users that are named, with the prefix of the environment', async () => {
  const { out } = await acl('email', '--principal', 'User:CN={user}')
  expect(out).toContain('--allow-principal User:CN=email')
  expect(out).toContain('--topic test7.billing.order-billed')
  expect(out).not.toContain('# billing')
  expect(await acl('nobody')).toMatchObject({ code: 1, err: expect.stringContaining('There is no user nobody.') as string })
})

test('to prune is a part of applying, and to check is not', async () => {
  expect(await acl('--prune')).toMatchObject({ code: 1, err: expect.stringContaining('--prune goes with --apply') as string })
  expect(await acl('--check', '--apply')).toMatchObject({ code: 2 })
})
