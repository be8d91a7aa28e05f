import { dltTopic, mainGroup, postponedTopic, replayedTopic, replayTopic, retryGroup, retryTopics } from '../naming.ts'
import type { Plan } from './plan.ts'

/** As Kafka's authorizer has them (https://kafka.apache.org/documentation/#operations_resources_and_protocols). */
export type Operation = 'read' | 'write' | 'create' | 'delete' | 'describe' | 'describe-configs'

/** What somebody may do with a topic, or with a group; or with all whose names begin so. */
export interface Permission {
  readonly resource: 'topic' | 'group' | 'cluster'
  readonly pattern: 'literal' | 'prefixed'
  readonly name: string
  /** In the order of {@link Operation}. */
  readonly operations: readonly Operation[]
}

/** Somebody whom Kafka knows, and all that it may do there. */
export interface KafkaUser {
  readonly name: string
  /** By resource, then by name. */
  readonly permissions: readonly Permission[]
}

/** A program that uses Kafka and is no endpoint: it watches all endpoints, or helps people to operate them. */
export interface Program {
  /** Also of its user. */
  readonly name: string
  readonly role: 'watches' | 'operates'
  /** The group by which it reads, without the prefix. */
  readonly group?: string
}

export interface UsersOf {
  readonly plans: readonly Plan[]
  readonly programs?: readonly Program[]
  /** Who deploys, and is `petrel` at a terminal. Undefined: not among the users. */
  readonly petrel?: string | undefined
  /** That of the plans. */
  readonly prefix: string
  /** By which faults are switched on in a cluster, without the prefix; undefined where they are not. */
  readonly faultTopic?: string | undefined
}

/** A user for each endpoint and each program, and `petrel`'s: what each does, and nothing else. */
export function kafkaUsers({ plans, programs = [], petrel, prefix, faultTopic }: UsersOf): KafkaUser[] {
  const fault = faultTopic === undefined ? undefined : prefix + faultTopic
  return [
    ...plans.map((plan) => user(plan.endpoint, [...ofEndpoint(plan, prefix), ...followsFaults(fault)])),
    ...programs.map((program) => user(program.name, ofProgram(program, plans, prefix, fault))),
    ...(petrel === undefined
      ? []
      : [user(petrel, [...deploys(plans, prefix), ...operates(plans, prefix), ...switchesFaults(fault), looksAtAcls])]),
  ]
}

const readable = ['read', 'describe'] as const
/** Before it is written to, its size limit is looked up. */
const writable = ['write', 'describe', 'describe-configs'] as const
/** Whether it is compacted, it asks when a record without a value comes. */
const heard = [...readable, 'describe-configs'] as const
const measured = ['describe', 'describe-configs'] as const

const topic = (name: string, operations: readonly Operation[]): Permission => ({
  resource: 'topic',
  pattern: 'literal',
  name,
  operations,
})
const topicsFrom = (name: string, operations: readonly Operation[]): Permission => ({
  ...topic(name, operations),
  pattern: 'prefixed',
})
const group = (name: string, operations: readonly Operation[]): Permission => ({ ...topic(name, operations), resource: 'group' })

/** What the engine does: see `startEngine` and `checkDeployed`. */
function ofEndpoint({ endpoint, topics, subscribes, produces, groups, audit }: Plan, prefix: string): Permission[] {
  const handles = groups.length > 0
  return [
    // It looks whether its own are there, and how large a record may be in each.
    ...topics.filter(({ topic: name }) => !isRetry(name, endpoint, prefix)).map(({ topic: name }) => topic(name, measured)),
    ...subscribes.map(({ topic: name }) => topic(name, heard)),
    ...produces.map(({ topic: name }) => topic(name, writable)),
    topic(audit.topic, writable),
    ...(handles ? recovers(endpoint, prefix) : []),
    ...groups.map((each) => group(each.group, readable)),
  ]
}

const isRetry = (name: string, endpoint: string, prefix: string) => name.startsWith(prefix + retryTopics(endpoint))

/** Retry topics by their prefix: those of delays that it no longer has are still read. */
const recovers = (endpoint: string, prefix: string): Permission[] => [
  topicsFrom(prefix + retryTopics(endpoint), [...readable, ...writable]),
  topic(prefix + postponedTopic(endpoint), [...readable, ...writable]),
  topic(prefix + replayTopic(endpoint), readable),
  topic(prefix + dltTopic(endpoint), writable),
]

function ofProgram(
  { role, group: own }: Program,
  plans: readonly Plan[],
  prefix: string,
  fault: string | undefined,
): Permission[] {
  const reads = own === undefined ? [] : [group(prefix + own, readable)]
  if (role === 'watches') return [...watches(plans, prefix), ...reads]
  return [...operates(plans, prefix), ...reads, ...switchesFaults(fault)]
}

/** All topics that an endpoint owns, those of a later version as well. */
const ownTopics = (endpoint: string, prefix: string) => `${prefix}${endpoint}.`

/** The lag of every group, and how old what waits is: for that the oldest record is read. */
const watches = (plans: readonly Plan[], prefix: string): Permission[] =>
  plans.flatMap(({ endpoint, groups }) => [
    topicsFrom(ownTopics(endpoint, prefix), readable),
    ...groups.map((each) => group(each.group, ['describe'])),
  ])

/** Reads what there is, sends dead letters back, writes down what was decided about them, and erases what is about somebody. */
const operates = (plans: readonly Plan[], prefix: string): Permission[] => [
  ...watches(plans, prefix),
  ...plans
    .filter(({ groups }) => groups.length > 0)
    .flatMap(({ endpoint }) => [
      topic(prefix + replayTopic(endpoint), ['write', 'delete']),
      topic(prefix + replayedTopic(endpoint), ['write']),
      // Erasing appends what stays once more, and cuts off what is before it: Kafka calls that deleting.
      topic(prefix + dltTopic(endpoint), ['write', 'delete']),
      topic(prefix + postponedTopic(endpoint), ['delete']),
      topicsFrom(prefix + retryTopics(endpoint), ['delete']),
    ]),
]

/** Makes topics and sets where new groups begin; removes both with the endpoint. What others own it only reads positions of. */
const deploys = (plans: readonly Plan[], prefix: string): Permission[] =>
  plans.flatMap(({ endpoint, groups, subscribes }) => [
    topicsFrom(ownTopics(endpoint, prefix), ['read', 'create', 'delete', ...measured]),
    ...subscribes.map(({ topic: name }) => topic(name, readable)),
    ...[mainGroup(endpoint), retryGroup(endpoint)].map((name) =>
      group(prefix + name, groups.length > 0 ? ['read', 'delete', 'describe'] : ['delete', 'describe']),
    ),
  ])

const followsFaults = (fault: string | undefined) => (fault === undefined ? [] : [topic(fault, readable)])
const switchesFaults = (fault: string | undefined) =>
  fault === undefined ? [] : [topic(fault, ['create', 'write', ...readable])]

/** Kafka's own name of it. Who may look at all ACLs sees drift; only who may alter the cluster can mend it. */
const looksAtAcls: Permission = { resource: 'cluster', pattern: 'literal', name: 'kafka-cluster', operations: ['describe'] }

/** With each resource once, and nothing that a prefix of the same user says already. */
function user(name: string, permissions: readonly Permission[]): KafkaUser {
  const byResource = Map.groupBy(permissions, ({ resource, pattern, name: of }) => `${resource} ${of} ${pattern}`)
  const joined = [...byResource].map(([key, same]): [string, Permission] => {
    const [first] = same as [Permission]
    return [key, { ...first, operations: inOrder(same.flatMap(({ operations }) => operations)) }]
  })
  const prefixes = joined.map(([, permission]) => permission).filter(({ pattern }) => pattern === 'prefixed')
  const needed = joined.map(([key, permission]): [string, Permission] => [key, withoutCovered(permission, prefixes)])
  return {
    name,
    permissions: needed
      .filter(([, { operations }]) => operations.length > 0)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([, permission]) => permission),
  }
}

function withoutCovered(permission: Permission, prefixes: readonly Permission[]): Permission {
  const covering = prefixes.filter(
    (prefix) => prefix !== permission && prefix.resource === permission.resource && permission.name.startsWith(prefix.name),
  )
  const covered = new Set(covering.flatMap(({ operations }) => operations))
  return { ...permission, operations: permission.operations.filter((operation) => !covered.has(operation)) }
}

const order: readonly Operation[] = ['read', 'write', 'create', 'delete', 'describe', 'describe-configs']

const inOrder = (operations: readonly Operation[]) => order.filter((operation) => operations.includes(operation))
