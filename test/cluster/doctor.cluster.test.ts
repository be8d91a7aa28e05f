import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FaultCode, Finding } from '../../packages/cli/src/doctor/finding.ts'
import { eventually } from '../support/eventually.ts'
import { apply, helm, kubectl } from './support/kubectl.ts'
import { installService, runOnBroker, type ServicePlace } from './support/oneService.ts'
import { type OwnNamespace, ownNamespace } from './support/ownNamespace.ts'
import { petrel } from './support/petrelCommand.ts'

let own: OwnNamespace
let place: ServicePlace
beforeAll(async () => {
  own = await ownNamespace('doctor')
  place = { namespace: own.name, topicPrefix: `${own.name}.` }
  for (const service of ['sales', 'stock']) await installService(service, place, ['autoscaling.pollingSeconds=1'])
})
afterAll(() => own[Symbol.asyncDispose]())

const inPlace = (...args: readonly string[]) => kubectl([...args, '-n', place.namespace])

async function examined(): Promise<Finding[]> {
  const { out, err } = await petrel(['doctor', '-n', place.namespace, '--json'])
  if (err !== '') throw new Error(err)
  return JSON.parse(out) as Finding[]
}

/** Such an upgrade fails before a pod of the service is touched: then Helm says so, too. */
const upgradeFails = async (...settings: readonly string[]) =>
  expect(installService('sales', place, settings, ['--timeout', '10s'])).rejects.toThrow(/UPGRADE FAILED/)
const upgrade = () => installService('sales', place)
const undo = async () => {
  await inPlace('rollout', 'undo', 'deployment/sales')
  await inPlace('rollout', 'status', 'deployment/sales', '--timeout=120s')
}
const patchScaler = (brokers: string) => inPlace('patch', 'scaledobject', 'sales', '--type=json', '-p', brokersPatch(brokers))
const brokersPatch = (value: string) =>
  JSON.stringify([{ op: 'replace', path: '/spec/triggers/0/metadata/bootstrapServers', value }])
const salesPassword = (password: string) => {
  const role = place.topicPrefix.replaceAll(/[-.]/g, '_') + 'sales'
  return kubectl([
    'exec',
    '-n',
    'petrel-ground',
    'postgres-0',
    '--',
    'psql',
    '-U',
    'postgres',
    '-c',
    `alter role ${role} password '${password}'`,
  ])
}
interface Seeded {
  /** What is done to the service. */
  readonly seed: () => Promise<unknown>
  /** What must be found, and nothing else: name → a part of its sentence. */
  readonly found: Partial<Record<FaultCode, RegExp>>
  /** What its way out says. */
  readonly cure: () => Promise<unknown>
}

const RELEASE_FAILED = /release sales is failed: .*pre-upgrade hooks failed/

const faults: Readonly<Record<string, Seeded>> = {
  'an upgrade to an image that nobody has': {
    seed: () => upgradeFails('image.tag=9.9.9'),
    found: { RELEASE_FAILED, IMAGE_NOT_PULLED: /petrel\/sales:9\.9\.9 cannot be pulled/ },
    cure: upgrade,
  },
  'a Secret that is not there': {
    seed: () => upgradeFails('database.adminSecret.name=nowhere'),
    found: { RELEASE_FAILED, SECRET_MISSING: /^sales-deploy-\w+ cannot start: secret "nowhere" not found\.$/ },
    cure: upgrade,
  },
  'a deploy Job with a wrong password': {
    seed: async () => {
      const url = 'postgres://petrel:wrong@postgres.petrel-ground.svc.cluster.local:5432/postgres'
      await apply(place.namespace, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'wrong' }, stringData: { url } })
      const settings = ['database.adminSecret.name=wrong', 'database.adminSecret.key=url']
      await expect(installService('sales', place, settings, ['--timeout', '60s'])).rejects.toThrow(/UPGRADE FAILED/)
    },
    found: {
      RELEASE_FAILED,
      DEPLOY_FAILED: /^What sales needs could not be made\. .*password authentication failed for user "petrel"/,
    },
    cure: upgrade,
  },
  'a program that ends at once': {
    seed: () => inPlace('patch', 'deployment', 'sales', '--type=json', '-p', commandPatch),
    found: { CRASH_LOOP: /^sales-\S+ has ended \d+ times, the last time with code 3\. It said: The till is locked\.$/ },
    cure: undo,
  },
  'too little memory': {
    seed: () => inPlace('set', 'resources', 'deployment/sales', '--limits=memory=40Mi', '--requests=memory=40Mi'),
    found: { OUT_OF_MEMORY: /^sales-\S+ was ended by the kernel/ },
    cure: undo,
  },
  'requests that no node can meet': {
    seed: () => inPlace('set', 'resources', 'deployment/sales', '--requests=cpu=640'),
    found: { NO_ROOM: /^No node takes sales-\S+: .*Insufficient cpu/ },
    cure: undo,
  },
  'a quota that is used up': {
    seed: async () => {
      await apply(place.namespace, {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'small' },
        spec: { hard: { pods: '2' } },
      })
      await inPlace('rollout', 'restart', 'deployment/sales')
    },
    found: { QUOTA_EXCEEDED: /^sales cannot make its pods: .*exceeded quota: small/ },
    cure: async () => {
      await inPlace('delete', 'resourcequota', 'small')
      await undo()
    },
  },
  'a pod that the namespace forbids': {
    seed: () => inPlace('patch', 'deployment', 'sales', '-p', '{"spec":{"template":{"spec":{"hostNetwork":true}}}}'),
    found: { POD_FORBIDDEN: /^sales cannot make its pods: .*violates PodSecurity "restricted:latest"/ },
    cure: undo,
  },
  'a broker that is not there': {
    seed: () => inPlace('set', 'env', 'deployment/sales', 'KAFKA_BROKERS=nowhere.petrel-ground.svc.cluster.local:9092'),
    found: { NOT_READY: /^sales-\S+ runs and is not ready: .*nowhere\.petrel-ground/ },
    cure: undo,
  },
  'a password that was changed behind its back': {
    seed: async () => {
      await salesPassword('another')
      await inPlace('rollout', 'restart', 'deployment/sales')
    },
    found: {
      NOT_READY:
        /^sales-\S+ runs and is not ready: .*password authentication failed for user ".*sales" \(SQLSTATE 28P01\)\. Check the user in DATABASE_URL/,
    },
    // The deploy Job gives the role the password that the Secret has.
    cure: upgrade,
  },
  'a topic that somebody has deleted': {
    seed: async () => {
      await runOnBroker('sales', place, 'await broker.admin.deleteTopics([`${prefix}sales.list-product`])')
      // Not a rollout, which keeps the pod that has joined already.
      await inPlace('delete', 'pod', '-l', 'app.kubernetes.io/name=sales')
    },
    found: { CRASH_LOOP: /^sales-\S+ has ended \d+ times.*sales\.list-product.*petrel deploy sales/ },
    cure: upgrade,
  },
  'a scaler that looks for its brokers where there are none': {
    seed: () => patchScaler('nowhere.petrel-ground.svc.cluster.local:9092'),
    found: { SCALER_FAILS: /^The ScaledObject sales scales nothing: .*lookup nowhere\.petrel-ground/ },
    cure: () => patchScaler('kafka.petrel-ground.svc.cluster.local:9092'),
  },
  'a NetworkPolicy without a way to the name server': {
    seed: () => inPlace('patch', 'networkpolicy', 'sales', '--type=json', '-p', '[{"op":"remove","path":"/spec/egress/0"}]'),
    found: { DNS_BLOCKED: /^A NetworkPolicy keeps sales from the cluster's DNS/ },
    cure: async () => {
      await inPlace('delete', 'networkpolicy', 'sales')
      await upgrade()
    },
  },
}

const commandPatch = JSON.stringify([
  {
    op: 'add',
    path: '/spec/template/spec/containers/0/command',
    value: ['node', '-e', 'console.error("The till is locked.");process.exit(3)'],
  },
])

test('nothing is found where nothing is wrong', async () => {
  await expectFound({})
  expect(await petrel(['doctor', '-n', place.namespace])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Nothing is wrong, as far as \d+ checks/),
  })
})

/** Just these are found, each once. */
const expectFound = (found: Seeded['found']) =>
  eventually(
    async () => {
      const expected = Object.entries(found).map(([code, what]) => ({
        code,
        what: expect.stringMatching(what),
        wayOut: expect.stringMatching(/\w/),
      }))
      expect(await examined()).toEqual(expected)
    },
    { withinMs: 180_000, everyMs: 4_000 },
  )

test.for(Object.entries(faults))(
  '%s: it is named, and when it was mended nothing is found',
  async ([, { seed, found, cure }]) => {
    await seed()
    // Also when it was not named: the next fault is looked for alone.
    try {
      await expectFound(found)
      expect((await petrel(['doctor', '-n', place.namespace])).code).toBe(1)
    } finally {
      await cure()
    }
    await expectFound({})
  },
)

test('a service that was paused, the messages that wait for it, and the one that nobody can read are named one after the other', async () => {
  await inPlace('annotate', 'scaledobject', 'stock', 'autoscaling.keda.sh/paused-replicas=0')
  const SCALER_PAUSED = /^The ScaledObject stock scales nothing, since somebody has paused it\.$/
  await expectFound({ SCALER_PAUSED })

  await inPlace('wait', 'pods', '-l', 'app.kubernetes.io/name=stock', '--for=delete', '--timeout=120s')
  const record = "{ topic: `${prefix}stock.restock-product`, key: 'tea', value: Buffer.from('garbage'), headers: {} }"
  await runOnBroker('sales', place, `await broker.publish([${record}])`)
  await expectFound({ SCALER_PAUSED, NOBODY_READS: /^1 message waits for stock, and none of it runs\.$/ })

  await inPlace('annotate', 'scaledobject', 'stock', 'autoscaling.keda.sh/paused-replicas-')
  await expectFound({ DEAD_LETTERS: /^1 message of stock waits for a person\.$/ })

  expect(await petrel(['discard', 'stock', '-n', place.namespace, '--reason', 'It was garbage'])).toMatchObject({ code: 0 })
  await expectFound({})
})

const sharedBy = (one: string, other: string) =>
  new RegExp(
    `^The releases stock \\(namespace ${one}\\) and stock \\(namespace ${other}\\) have the same topics and groups for stock`,
  )

test('a second release with the same topics is named, from both sides, until it is gone', async () => {
  await using twin = await ownNamespace('twin')
  // With nothing running it does no harm to the first one: it is the settings that are wrong.
  const still = ['replicas=0', 'autoscaling.enabled=false', 'deploy.enabled=false', 'database.existingSecret=nowhere']
  await installService('stock', { ...place, namespace: twin.name }, [...still, 'uninstall.removeTopics=false'], [])
  await expectFound({ TOPICS_SHARED: sharedBy(place.namespace, twin.name) })
  const { out } = await petrel(['doctor', '-n', twin.name, '--json'])
  expect(JSON.parse(out)).toContainEqual(
    expect.objectContaining({ code: 'TOPICS_SHARED', what: expect.stringMatching(sharedBy(twin.name, place.namespace)) }),
  )
  await helm(['uninstall', 'stock', '-n', twin.name, '--wait', '--timeout', '3m'])
  await expectFound({})
})

test('a namespace in which nothing is installed is named, and a cluster that does not answer', async () => {
  await using empty = await ownNamespace('empty')
  const nothing = await petrel(['doctor', '-n', empty.name, '--json'])
  expect(JSON.parse(nothing.out)).toMatchObject([{ code: 'NOTHING_INSTALLED' }])
  const nobody = await petrel(['doctor', '-n', empty.name, '--json'], { KUBECONFIG: '/dev/null' })
  expect(JSON.parse(nobody.out)).toMatchObject([{ code: 'NO_CLUSTER', wayOut: expect.stringContaining('KUBECONFIG') }])
})
