import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { BrokerRecord, OutgoingRecord, Position } from '../broker/port.ts'
import { headerText } from '../headers.ts'
import { aclDrift, aclsOf } from './acls.ts'
import { erase } from './erase.ts'
import { type KafkaUser, kafkaUsers, type Operation, type Program } from './permissions.ts'
import { plan } from './plan.ts'
import { failingBilling } from './testing/failingEndpoint.ts'
import { billing, changed, sales, shipping, till } from './testing/shop.ts'

const shop = [sales, billing, shipping, till]
const plansOf = (prefix: string, endpoints = shop) => endpoints.map((endpoint) => plan(endpoint, prefix))
const watcher: Program = { name: 'lag-exporter', role: 'watches' }
const console: Program = { name: 'console', role: 'operates', group: 'petrel-console' }

const usersOf = (prefix = '', faultTopic?: string) =>
  new Map(
    kafkaUsers({ plans: plansOf(prefix), programs: [watcher, console], petrel: 'petrel', prefix, faultTopic }).map((user) => [
      user.name,
      user,
    ]),
  )

const lines = (user: KafkaUser | undefined) =>
  user?.permissions.map(
    ({ resource, pattern, name, operations }) =>
      `${resource} ${name}${pattern === 'prefixed' ? '*' : ''}: ${operations.join(' ')}`,
  )

/** As Kafka's authorizer decides: https://kafka.apache.org/documentation/#security_authz */
function may(user: KafkaUser | undefined, operation: Operation, resource: 'topic' | 'group', name: string): boolean {
  const implied: readonly Operation[] = operation === 'describe' ? ['describe', 'read', 'write', 'delete'] : [operation]
  return (
    user?.permissions.some(
      (permission) =>
        permission.resource === resource &&
        (permission.pattern === 'literal' ? permission.name === name : name.startsWith(permission.name)) &&
        implied.some((each) => permission.operations.includes(each)),
    ) ?? false
  )
}

test('a service reads what it subscribes to, writes what it produces, and has its own ways back to itself', () => {
  expect(lines(usersOf().get('billing'))).toEqual([
    'group billing: read describe',
    'group billing.retry: read describe',
    'topic billing.audit: write describe describe-configs',
    'topic billing.dlt: write describe describe-configs',
    'topic billing.order-billed: write describe describe-configs',
    'topic billing.postponed: read write describe describe-configs',
    'topic billing.refund-order: read describe describe-configs',
    'topic billing.replay: read describe describe-configs',
    'topic billing.replayed: describe describe-configs',
    'topic billing.retry.*: read write describe describe-configs',
    'topic sales.order-placed: read describe describe-configs',
  ])
})

test('who subscribes to nothing has no group and nothing to retry', () => {
  expect(lines(usersOf().get('till'))).toEqual([
    'topic sales.place-order: write describe describe-configs',
    'topic till.audit: write describe describe-configs',
  ])
})

test('who watches changes nothing, and who operates writes into no topic of messages', () => {
  const [watches, operates] = [usersOf().get('lag-exporter'), usersOf().get('console')]
  expect(
    watches?.permissions.flatMap(({ operations }) => operations).filter((each) => !['read', 'describe'].includes(each)),
  ).toEqual([])
  expect(may(watches, 'read', 'group', 'billing')).toBe(false)
  expect(may(watches, 'describe', 'group', 'billing')).toBe(true)
  for (const topic of ['billing.replay', 'billing.replayed', 'billing.dlt'])
    expect(may(operates, 'write', 'topic', topic)).toBe(true)
  for (const topic of ['billing.refund-order', 'sales.place-order', 'billing.retry.2s', 'billing.audit'])
    expect(may(operates, 'write', 'topic', topic)).toBe(false)
  expect(may(operates, 'read', 'group', 'petrel-console')).toBe(true)
  expect(may(operates, 'read', 'group', 'billing')).toBe(false)
})

const isAbout = ({ headers }: BrokerRecord) => headerText(headers, 'x-customer') === 'ada'

test('who operates may do with topics of endpoints all that erasing somebody does, and delete nothing else', async () => {
  const billing = await failingBilling()
  const { broker, prefix } = billing
  const ofAda = { headers: { 'x-customer': 'ada' } }
  await billing.receive('bob-1')
  await billing.receive('ada-1', ofAda)
  const returns = ['retry.2s', 'postponed', 'replay'].map((part) => `p.billing.${part}`)
  await broker.publish(returns.map((topic) => ({ topic, key: 'ada', partition: 0, value: null, ...ofAda })))
  await broker.admin.commit(
    'p.billing.retry',
    returns.map((topic) => ({ topic, partition: 0, offset: 1n })),
  )
  const [written, cut]: [string[], string[]] = [[], []]
  const publish = (records: readonly OutgoingRecord[]) => {
    written.push(...records.map(({ topic }) => topic))
    return broker.publish(records)
  }
  const deleteRecords = (before: readonly Position[]) => {
    cut.push(...before.map(({ topic }) => topic))
    return broker.admin.deleteRecords(before)
  }
  await erase(
    { endpoint: 'billing', isAbout },
    { broker: { ...broker, publish, admin: { ...broker.admin, deleteRecords } }, prefix },
  )

  expect(cut.toSorted()).toEqual(['p.billing.dlt', ...returns].toSorted())
  const operates = usersOf(prefix).get('console')
  for (const topic of written) expect(may(operates, 'write', 'topic', topic)).toBe(true)
  for (const topic of cut) expect(may(operates, 'delete', 'topic', topic)).toBe(true)
  expect(may(operates, 'describe', 'group', 'p.billing.retry')).toBe(true)
  for (const topic of ['p.billing.replayed', 'p.billing.audit', 'p.billing.refund-order', 'p.sales.order-placed'])
    expect(may(operates, 'delete', 'topic', topic)).toBe(false)
})

test('who deploys makes and removes what endpoints own, and may look at ACLs but not change them', () => {
  const petrel = usersOf().get('petrel')
  expect(may(petrel, 'create', 'topic', 'billing.a-new-message')).toBe(true)
  expect(may(petrel, 'delete', 'group', 'billing.retry')).toBe(true)
  expect(may(petrel, 'create', 'topic', 'of-others.topic')).toBe(false)
  expect(petrel?.permissions.filter(({ resource }) => resource === 'cluster')).toEqual([
    { resource: 'cluster', pattern: 'literal', name: 'kafka-cluster', operations: ['describe'] },
  ])
})

test('where faults are switched by a topic, services read it and the console makes it', () => {
  const users = usersOf('p.', 'petrel.control')
  expect(may(users.get('billing'), 'read', 'topic', 'p.petrel.control')).toBe(true)
  expect(may(users.get('billing'), 'write', 'topic', 'p.petrel.control')).toBe(false)
  expect(may(users.get('console'), 'create', 'topic', 'p.petrel.control')).toBe(true)
})

const messageTopics = [
  'sales.place-order',
  'sales.order-placed',
  'billing.order-billed',
  'billing.refund-order',
  'shipping.shipment-overdue',
]
const recovery = (endpoint: string) =>
  ['retry.2s', 'retry.4s', 'postponed', 'replay', 'dlt', 'replayed', 'audit'].map((part) => `${endpoint}.${part}`)
const operations: readonly Operation[] = ['read', 'write', 'create', 'delete', 'describe', 'describe-configs']

test('whatever a service does is in its plan, and whatever is in its plan it may do, with any prefix', () => {
  const endpointNames = shop.map(({ name }) => name)
  fc.assert(
    fc.property(
      fc.constantFrom(...shop),
      fc.constantFrom('', 'test7.', 'a-'),
      fc.constantFrom(...messageTopics, ...endpointNames.flatMap(recovery), 'billing-two.retry.2s', 'billing'),
      fc.constantFrom(...operations),
      (endpoint, prefix, topic, operation) => {
        const { subscribes, produces, topics, groups } = plan(endpoint, prefix)
        const user = usersOf(prefix).get(endpoint.name)
        const name = prefix + topic
        const [isOwn, handles] = [topics.some((each) => each.topic === name), groups.length > 0]
        const isRetry = handles && topic.startsWith(`${endpoint.name}.retry.`)
        const isOwnPart = (...parts: string[]) => parts.some((part) => topic === `${endpoint.name}.${part}`)
        const reads = subscribes.some((each) => each.topic === name) || isRetry || (handles && isOwnPart('postponed', 'replay'))
        const writes =
          produces.some((each) => each.topic === name) ||
          isRetry ||
          isOwnPart('audit') ||
          (handles && isOwnPart('postponed', 'dlt'))
        const expected = {
          read: reads,
          write: writes,
          create: false,
          delete: false,
          describe: reads || writes || isOwn,
          'describe-configs': reads || writes || isOwn,
        }
        expect(may(user, operation, 'topic', name)).toBe(expected[operation])
      },
    ),
    { numRuns: 2_000 },
  )
})

test('nobody but the endpoint itself may join its groups, and no permission stands twice', () => {
  for (const prefix of ['', 'test7.'])
    for (const user of usersOf(prefix).values()) {
      const keys = user.permissions.map(({ resource, pattern, name }) => `${resource} ${pattern} ${name}`)
      expect(new Set(keys).size).toBe(keys.length)
      for (const endpoint of ['sales', 'billing', 'shipping'].filter((name) => name !== user.name && user.name !== 'petrel'))
        for (const group of [endpoint, `${endpoint}.retry`]) expect(may(user, 'read', 'group', prefix + group)).toBe(false)
    }
})

test('an endpoint whose delays change keeps its ACLs', () => {
  const [before, after] = [['2s'], ['1m', '1h']].map((delayed) => {
    const other = changed(billing, { recoverability: { ...billing.recoverability, delayed: delayed as ['2s'] } })
    return kafkaUsers({ plans: [plan(other, '')], prefix: '' })
  })
  expect(after).toEqual(before)
})

const principalOf = (user: string) => `User:${user}`

test('drift is what is missing, and what the same users have besides; that of others is not looked at', () => {
  const wanted = aclsOf([...usersOf().values()], principalOf)
  const [first, ...others] = wanted
  const besides = { ...(first as NonNullable<typeof first>), operation: 'all' }
  const foreign = { ...besides, principal: 'User:somebody' }
  expect(aclDrift(wanted, wanted)).toEqual({ missing: [], superfluous: [] })
  expect(aclDrift(wanted, [...others, besides, foreign])).toEqual({ missing: [first], superfluous: [besides] })
})
