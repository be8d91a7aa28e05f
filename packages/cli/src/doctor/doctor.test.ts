import { createServer } from 'node:net'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EndpointLag } from '@petrel/messaging/operations'
import { expect, test } from 'vitest'
import { deployment, failedRemoval, pod, scaler } from '../cluster/testing/seeds.ts'
import { runPetrel } from '../testing/runPetrel.ts'
import { busChecks, type BusFacts, type ServiceFacts } from './bus.ts'
import { clusterChecks, type ClusterFacts } from './cluster.ts'
import { lastLine, refusalsAmong } from './clusterFacts.ts'
import type { Check, FaultCode, Finding } from './finding.ts'
import { laptopChecks, type LaptopFacts } from './laptop.ts'
import { type Placed, placed } from './neighbours.ts'
import { allowsDns } from './networkPolicy.ts'

const healthyLaptop: LaptopFacts = { node: '24.21.0', java: undefined, hasMaven: true, hasJars: true, ports: [], disk: undefined }

const lag = (main: number, members: number, deadLetters = 0): EndpointLag => ({
  endpoint: 'shipping',
  main: { group: 'shipping', members, lag: main, partitions: [] },
  retry: { group: 'shipping.retry', members, lag: 0, partitions: [] },
  deadLetters,
})

const healthyService: ServiceFacts = {
  name: 'sales',
  notDeployed: undefined,
  partitionsDiffer: undefined,
  database: undefined,
  pendingMigrations: [],
}
const healthyBus: BusFacts = {
  brokers: [{ address: 'kafka:9092', error: undefined }],
  advertised: [{ address: 'kafka:9092', error: undefined }],
  kafkaError: undefined,
  registry: { url: 'http://registry:8080/apis/ccompat/v7', error: undefined, status: 200 },
  services: [healthyService],
  lags: [lag(3, 1)],
  weakDurability: undefined,
}

const program = (namespace: string, service: string, changes: Partial<Placed> = {}): Placed => ({
  namespace,
  release: 'shop',
  service,
  brokers: ['kafka.petrel-ground:9092'],
  prefix: '',
  ...changes,
})

const healthyCluster: ClusterFacts = {
  namespace: 'petrel',
  pods: [pod('shipping', 1)],
  deployments: [deployment('shipping', 1, 1)],
  scaledObjects: [scaler('shipping', 6, { type: 'Ready', status: 'True', reason: '', message: '' })],
  hasKeda: true,
  releases: [{ name: 'shop', status: 'deployed', description: '', isScaled: true }],
  refusals: [],
  notes: [],
  policies: [{ podLabels: {}, egress: [{ ports: [{ port: 53 }] }] }],
  lastWords: new Map(),
  lags: [lag(3, 1)],
  removals: [],
  // A shop beside it under another prefix, a newcomer in a namespace of its own, and two others that are none of its business.
  placed: [
    program('petrel', 'shipping'),
    program('second', 'shipping', { prefix: 'second.' }),
    program('newcomers', 'fraud-check'),
    program('elsewhere', 'shipping', { brokers: ['other-kafka:9092'] }),
    program('third', 'billing', { prefix: 'third.' }),
    program('third', 'billing', { prefix: 'third.', release: 'again' }),
  ],
}

const examine = <Facts>(checks: readonly Check<Facts>[], facts: Facts): Finding[] => checks.flatMap((check) => check(facts))
const laptop = (changes: Partial<LaptopFacts>) => examine(laptopChecks, { ...healthyLaptop, ...changes })
const bus = (changes: Partial<BusFacts>) => examine(busChecks, { ...healthyBus, ...changes })
const service = (changes: Partial<ServiceFacts>) => bus({ services: [{ ...healthyService, ...changes }] })
const cluster = (changes: Partial<ClusterFacts>) => examine(clusterChecks, { ...healthyCluster, ...changes })

test('where nothing is wrong nothing is found', () => {
  expect([...laptop({}), ...bus({}), ...cluster({})]).toEqual([])
})

const waits = (reason: string, message = '') => [pod('shipping', 1, { waiting: { reason, message }, isReady: false })]
const crashed = (ended: { readonly reason: string; readonly exitCode: number }) =>
  pod('shipping', 1, { waiting: { reason: 'CrashLoopBackOff' }, ended, restarts: 4, isReady: false })

/** Each fault as facts, and what must be said of it. Without one of them this file does not compile. */
const faults: Readonly<Record<Exclude<FaultCode, 'NO_CLUSTER'>, readonly [Finding[], RegExp]>> = {
  NODE_TOO_OLD: [laptop({ node: '20.11.0' }), /Node 20\.11\.0; Petrel needs 24/],
  JAVA_UNUSABLE: [
    laptop({ java: 'Java 17 or newer is needed, and "java" is version 11.\nWays out:\n  1. install it' }),
    /version 11\./,
  ],
  MAVEN_MISSING: [laptop({ hasMaven: false, hasJars: false }), /no mvn on the PATH/],
  PORT_TAKEN: [
    laptop({ ports: ['Port 19092 (Kafka) is in use by another program. Stop that program, or move ours: KAFKA_PORT=19192'] }),
    /^Port 19092 \(Kafka\) is in use by another program\.$/,
  ],
  DISK_FULL: [laptop({ disk: 'The disk of .local has 12 MB left; 500 MB are needed. Free some space.' }), /12 MB left/],
  KAFKA_UNREACHABLE: [
    bus({ brokers: [{ address: 'kafka:9092', error: 'ECONNREFUSED' }], advertised: [], kafkaError: 'refused', lags: [] }),
    /^Kafka is not reached: kafka:9092 \(ECONNREFUSED\)\.$/,
  ],
  KAFKA_ADDRESS_UNUSABLE: [
    bus({ advertised: [{ address: 'kafka.ground.svc:9092', error: 'ENOTFOUND' }], kafkaError: 'Connection error', lags: [] }),
    /^Kafka at kafka:9092 says that it is reached at kafka\.ground\.svc:9092, and from here it is not: ENOTFOUND\.$/,
  ],
  KAFKA_LOGIN: [
    bus({ kafkaError: 'not let in', kafkaRefusal: 'Kafka does not let us in: wrong password. Check it.', lags: [] }),
    /^Kafka does not let us in: wrong password\. Check it\.$/,
  ],
  REGISTRY_LOGIN: [
    bus({
      registry: {
        url: 'http://registry:8080',
        error: '401',
        status: undefined,
        refusal: 'The schema registry does not let us in.',
      },
    }),
    /^The schema registry does not let us in\.$/,
  ],
  REGISTRY_UNREACHABLE: [
    bus({ registry: { url: 'http://registry:8080', error: 'ECONNREFUSED', status: undefined } }),
    /ECONNREFUSED/,
  ],
  REGISTRY_WRONG_PATH: [bus({ registry: { url: 'http://registry:8080', error: undefined, status: 404 } }), /status 404/],
  NOT_DEPLOYED: [
    service({ notDeployed: 'Endpoint "sales" is not deployed: topic sales.place-order is missing. Run: petrel deploy sales' }),
    /topic sales\.place-order is missing\.$/,
  ],
  PARTITIONS_DIFFER: [
    service({
      partitionsDiffer: 'Topic sales.order-placed has 3 partitions, but endpoint "sales" wants 6. Partitions are never changed.',
    }),
    /wants 6\.$/,
  ],
  ONE_COPY: [
    bus({ weakDurability: { brokers: 3, topics: ['sales.order-placed'], what: 'acks=all is one copy.', wayOut: 'Raise it.' } }),
    /^acks=all is one copy\.$/,
  ],
  DATABASE_UNREACHABLE: [
    service({ database: { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' } }),
    /of sales is not reached/,
  ],
  DATABASE_LOGIN: [
    service({ database: { code: '28P01', message: 'password authentication failed for user "sales"' } }),
    /does not let it in: password authentication failed/,
  ],
  MIGRATIONS_PENDING: [service({ pendingMigrations: ['sales/002_totals.sql'] }), /has not had sales\/002_totals\.sql yet/],
  NOBODY_READS: [bus({ lags: [lag(5_000, 0)] }), /^5000 messages wait for shipping, and none of it runs\.$/],
  DEAD_LETTERS: [bus({ lags: [lag(0, 1, 1)] }), /^1 message of shipping waits for a person\.$/],
  NOTHING_INSTALLED: [cluster({ pods: [], deployments: [] }), /nothing of Petrel in namespace petrel/],
  RELEASE_FAILED: [
    cluster({
      releases: [{ name: 'shop', status: 'failed', description: 'Upgrade failed: 1 error:\n\t* job failed\n\n', isScaled: true }],
    }),
    /shop is failed: its last change did not come to its end\. Upgrade failed: 1 error: \* job failed$/,
  ],
  KEDA_MISSING: [cluster({ hasKeda: false, scaledObjects: [] }), /no KEDA/],
  SCALER_FAILS: [
    cluster({
      scaledObjects: [scaler('shipping', 6, { type: 'Ready', status: 'False', reason: 'Failed', message: 'no brokers' })],
    }),
    /shop-shipping scales nothing: no brokers/,
  ],
  SCALER_PAUSED: [
    cluster({
      scaledObjects: [
        scaler(
          'shipping',
          6,
          { type: 'Ready', status: 'True', reason: '', message: 'ScaledObject is paused' },
          { type: 'Paused', status: 'True', reason: 'ScaledObjectPaused', message: '' },
        ),
      ],
    }),
    /shop-shipping scales nothing, since somebody has paused it/,
  ],
  IMAGE_NOT_PULLED: [
    cluster({ pods: waits('ImagePullBackOff', 'Back-off pulling image') }),
    /petrel\/shipping:0\.1\.0 cannot be pulled/,
  ],
  CRASH_LOOP: [
    cluster({
      pods: [crashed({ reason: 'Error', exitCode: 1 })],
      lastWords: new Map([['shop-shipping-1', 'Set KAFKA_BROKERS.']]),
    }),
    /^shop-shipping-1 has ended 4 times, the last time with code 1\. It said: Set KAFKA_BROKERS\.$/,
  ],
  OUT_OF_MEMORY: [cluster({ pods: [crashed({ reason: 'OOMKilled', exitCode: 137 })] }), /needed more memory than its limit/],
  NOT_READY: [
    cluster({
      pods: [pod('shipping', 1, { isReady: false })],
      notes: [{ kind: 'Pod', name: 'shop-shipping-1', reason: 'Unhealthy', message: 'Readiness probe failed: 503' }],
      lastWords: new Map([['shop-shipping-1', 'cannot start: password authentication failed']]),
    }),
    /runs and is not ready: Readiness probe failed: 503\. It said: cannot start: password authentication failed$/,
  ],
  DEPLOY_FAILED: [
    cluster({
      pods: [1, 2].map((attempt) => pod('shipping', attempt, { component: 'deploy', phase: 'Failed', isReady: false })),
      lastWords: new Map([['shop-shipping-2', 'Kafka does not answer.']]),
    }),
    /What shipping needs could not be made\. shop-shipping-2 said: Kafka does not answer\.$/,
  ],
  REMOVAL_FAILED: [
    cluster({
      removals: [failedRemoval('stock', 'BackoffLimitExceeded')],
      pods: [
        pod('shipping', 1),
        pod('stock', 1, { component: 'deploy', job: 'shop-stock-uninstall', phase: 'Failed', isReady: false }),
      ],
      lastWords: new Map([['shop-stock-1', 'stock still runs after 1 min.']]),
    }),
    /^stock was uninstalled, and what it had .* the Job shop-stock-uninstall failed \(BackoffLimitExceeded\)\. It said: stock still runs after 1 min\.$/,
  ],
  TOPICS_SHARED: [
    cluster({
      placed: ['petrel', 'second'].flatMap((namespace) => ['shipping', 'billing'].map((service) => program(namespace, service))),
    }),
    /^The releases shop \(namespace petrel\) and shop \(namespace second\) have the same topics and groups for billing, shipping: both are on one Kafka without a topic prefix\./,
  ],
  SECRET_MISSING: [
    cluster({ pods: waits('CreateContainerConfigError', 'secret "petrel-postgres-admin" not found') }),
    /postgres-admin" not found/,
  ],
  NO_ROOM: [
    cluster({ pods: [pod('shipping', 1, { isReady: false, unschedulable: '0/1 nodes are available: 1 Insufficient cpu.' })] }),
    /^No node takes shop-shipping-1: 0\/1 nodes are available: 1 Insufficient cpu\.$/,
  ],
  QUOTA_EXCEEDED: [
    cluster({
      refusals: [{ name: 'shop-shipping', message: 'forbidden: exceeded quota: small' }],
    }),
    /exceeded quota: small$/,
  ],
  POD_FORBIDDEN: [
    cluster({
      refusals: [{ name: 'shop-shipping', message: 'violates PodSecurity "restricted"' }],
    }),
    /violates PodSecurity/,
  ],
  DNS_BLOCKED: [
    cluster({ policies: [{ podLabels: {}, egress: [{ ports: [{ port: 9092 }] }] }] }),
    /keeps shipping from the cluster's DNS/,
  ],
}

test.for(Object.entries(faults))('%s is found alone, in a sentence, with a way out', ([code, [findings, sentence]]) => {
  expect(findings.map((finding) => finding.code)).toEqual([code])
  expect(findings[0]?.what).toMatch(sentence)
  expect(findings[0]?.wayOut).toMatch(/\w/)
})

const ended = (reason: string, phase = 'Running') =>
  cluster({ pods: [pod('shipping', 1, { hasJustEnded: { reason, exitCode: 1 }, restarts: 2, isReady: false, phase })] })

test('a program that has ended is named also in the moment before Kubernetes begins it again, and one that is done is not', () => {
  expect(ended('Error')).toMatchObject([{ code: 'CRASH_LOOP', what: expect.stringContaining('ended 2 times') }])
  expect(ended('OOMKilled')).toMatchObject([{ code: 'OUT_OF_MEMORY' }])
  expect(ended('Completed', 'Succeeded')).toEqual([])
})

test('two releases of one namespace that share topics are named once', () => {
  const [finding, ...others] = cluster({
    placed: [program('petrel', 'shipping', { release: 'a' }), program('petrel', 'shipping', { release: 'b' })],
  })
  expect(finding?.what).toMatch(/^The releases a \(namespace petrel\) and b \(namespace petrel\) /)
  expect(others).toEqual([])
})

test('which topics are whose is read from a Deployment; a long name of a broker in the cluster is the same broker', () => {
  const shipping = deployment('shipping', 1, 1)
  const [container] = shipping.spec.template.spec.containers
  const withEnv = (env: Record<string, string>) => ({
    ...shipping,
    spec: {
      replicas: 1,
      template: {
        spec: {
          containers: [
            { name: 'c', image: 'i', ...container, env: Object.entries(env).map(([name, value]) => ({ name, value })) },
          ],
        },
      },
    },
  })
  const brokers = 'kafka.petrel-ground.svc.cluster.local:9092, kafka-1.petrel-ground.svc:9092'
  expect(placed(withEnv({ KAFKA_BROKERS: brokers, TOPIC_PREFIX: 'second.' }))).toMatchObject([
    { service: 'shipping', prefix: 'second.', brokers: ['kafka.petrel-ground:9092', 'kafka-1.petrel-ground:9092'] },
  ])
  expect(placed(withEnv({ DATABASE_URL: 'postgres://…' }))).toEqual([])
})

test('a release whose upgrade was broken off is not upgraded again but rolled back', () => {
  const [finding] = cluster({
    releases: [{ name: 'shop', status: 'pending-upgrade', description: 'Preparing upgrade', isScaled: true }],
  })
  expect(finding).toMatchObject({
    code: 'RELEASE_FAILED',
    what: 'The release shop is pending-upgrade: its last change did not come to its end. Preparing upgrade',
    wayOut: expect.stringMatching(/^If a helm still works at it, wait\. .*helm rollback shop -n petrel/),
  })
})

const refusedNote = (kind: string, name: string) => ({ kind, name, reason: 'FailedCreate', message: 'forbidden' })

test('who may not make pods says so itself; a note of it counts for a Job that has not done its work', () => {
  const refused = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota' }
  const shipping = { ...deployment('shipping', 1, 0), status: { readyReplicas: 0, conditions: [refused] } }
  const notes = [
    refusedNote('ReplicaSet', 'shop-sales-7'),
    refusedNote('Job', 'sales-deploy'),
    refusedNote('Job', 'stock-deploy'),
  ]
  expect(refusalsAmong([shipping, deployment('sales', 1, 1)], ['stock-deploy'], notes)).toEqual([
    { name: 'shop-shipping', message: 'exceeded quota' },
    { name: 'stock-deploy', message: 'forbidden' },
  ])
})

test('policies add up: a pod may ask for names when one of those about it allows that', () => {
  const closed = { podLabels: {}, egress: [] }
  const dns = { podLabels: { app: 'shipping' }, egress: [{ ports: [{ port: 53 }] }] }
  const anyPort = { podLabels: {}, egress: [{ ports: [] }] }
  const ingressOnly = { podLabels: {}, egress: undefined }
  expect(allowsDns({ app: 'shipping' }, [])).toBe(true)
  expect(allowsDns({ app: 'shipping' }, [ingressOnly])).toBe(true)
  expect(allowsDns({ app: 'shipping' }, [closed])).toBe(false)
  expect(allowsDns({ app: 'shipping' }, [closed, dns])).toBe(true)
  expect(allowsDns({ app: 'billing' }, [closed, dns])).toBe(false)
  expect(allowsDns({ app: 'billing' }, [closed, anyPort])).toBe(true)
})

test.for([
  ['starting\n{"level":50,"msg":"cannot start","err":{"message":"no such user"}}\n', 'cannot start: no such user'],
  ['Error: boom\n    at main.ts:1\n', '    at main.ts:1'],
  ['', ''],
] as const)('of the log %j the last word is %j', ([log, word]) => {
  expect(lastLine(log)).toBe(word)
})

test('without a cluster that is what is found', async () => {
  const { code, out } = await runPetrel(['doctor', '-n', 'petrel'], { PATH: '' }, import.meta.dirname)
  expect(code).toBe(1)
  expect(out).toMatch(/^NO_CLUSTER {2}There is no kubectl on the PATH\.\n {2}→ Install it: .*\nOne thing is wrong\.\n$/)
})

test('a port that another program has is found on this machine', async () => {
  const root = await mkdtemp(join(tmpdir(), 'petrel-doctor-'))
  await mkdir(join(root, 'services'))
  await mkdir(join(root, 'deploy', 'local'), { recursive: true })
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  try {
    const env = { ...process.env, POSTGRES_PORT: String(port), KAFKA_BROKERS: undefined }
    const { out } = await runPetrel(['doctor', '--json'], env, root)
    expect(JSON.parse(out)).toContainEqual({
      code: 'PORT_TAKEN',
      what: `Port ${port} (PostgreSQL) is in use by another program.`,
      wayOut: expect.stringContaining('POSTGRES_PORT='),
    })
  } finally {
    other.close()
    await rm(root, { recursive: true })
  }
})
