import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Finding } from '../../packages/cli/src/doctor/finding.ts'
import { run } from '../../deploy/commandLine.ts'
import { GROUND } from '../../deploy/cluster/names.ts'
import { stepsOfGuide } from '../support/guide.ts'
import { helm, kubectl } from './support/kubectl.ts'
import { installService, runOnBroker, type ServicePlace } from './support/oneService.ts'
import { type OwnNamespace, ownNamespace } from './support/ownNamespace.ts'
import { petrel } from './support/petrelCommand.ts'
import { imageOf, waitingPod } from './support/waitingPod.ts'

let own: OwnNamespace
let place: ServicePlace
beforeAll(async () => {
  own = await ownNamespace('removal')
  place = { namespace: own.name, topicPrefix: `${own.name}.` }
  for (const service of ['sales', 'stock']) await installService(service, place)
})
afterAll(() => own[Symbol.asyncDispose]())

const uninstall = (service: string) => helm(['uninstall', service, '-n', place.namespace, '--wait', '--timeout', '5m'])

const databaseOf = (service: string) => `${place.topicPrefix}${service}`.replaceAll(/[-.]/g, '_')

/** Databases and roles that a service has. */
async function keptBy(service: string): Promise<string[]> {
  const name = databaseOf(service)
  const sql = `select 'database' from pg_database where datname = '${name}' union all select 'role' from pg_roles where rolname = '${name}'`
  const found = await kubectl(['exec', '-n', GROUND, 'postgres-0', '--', 'psql', '-U', 'postgres', '-Atc', sql])
  return found.split('\n').filter((line) => line !== '')
}

const topicsOf = async (service: string) => {
  const topics = await runOnBroker('sales', place, "console.log((await broker.admin.topics()).join('\\n'))")
  return topics.split('\n').filter((topic) => topic.startsWith(`${place.topicPrefix}${service}.`))
}

test('a program that is not on the bus leaves no database and no role', async () => {
  await installService('payment-gateway', place)
  expect(await keptBy('payment-gateway')).toEqual(['database', 'role'])
  await uninstall('payment-gateway')
  expect(await keptBy('payment-gateway')).toEqual([])
})

test('a service whose deployment is refused gets no database, and its uninstall takes the rest when it is told later', async () => {
  for (const removes of ['uninstall.removeTopics=false', 'uninstall.removeTopics=true'])
    await expect(installService('email', place, [removes])).rejects.toThrow(/topic \S*billing\.order-billed/)
  expect(await topicsOf('email')).not.toEqual([])
  expect(await keptBy('email')).toEqual([])
  await uninstall('email')
  expect(await topicsOf('email')).toEqual([])
  // It stays for a day, for whoever looks for the reason.
  await kubectl(['delete', 'job', 'email-deploy', '-n', place.namespace])
})

test('what a failed removal leaves is named by the doctor, and the command of the guide removes it', async () => {
  const failing = ['node', '-e', 'console.error("The till is locked.");process.exit(3)'].join(',')
  await installService('stock', place, [`uninstall.command={${failing}}`])
  await expect(uninstall('stock')).rejects.toThrow(/stock-uninstall|The till is locked/)
  expect(await examined()).toMatchObject([
    {
      code: 'REMOVAL_FAILED',
      what: expect.stringMatching(/^stock was uninstalled.*BackoffLimitExceeded.*The till is locked\.$/),
    },
  ])
  expect(await topicsOf('stock')).not.toEqual([])

  expect(await run('bash', ['-euo', 'pipefail', '-c', await commandOfGuide()])).toMatch(/stock is removed\.$/)
  expect(await topicsOf('stock')).toEqual([])
  expect(await keptBy('stock')).toEqual([])
  await kubectl(['delete', 'job', 'stock-uninstall', '-n', place.namespace])
  expect(await examined()).toEqual([])
})

async function examined(): Promise<Finding[]> {
  return JSON.parse((await petrel(['doctor', '-n', place.namespace, '--json'])).out) as Finding[]
}

/** What the guide has for fraud check in namespace petrel, for stock here. */
async function commandOfGuide(): Promise<string> {
  const step = (await stepsOfGuide('kubernetes')).find(({ text }) => text.includes('petrel remove fraud-check'))
  return (step?.text ?? '')
    .replaceAll('-n petrel', `-n ${place.namespace}`)
    .replaceAll('deployment/shop-sales', 'deployment/sales')
    .replaceAll('fraud_check', databaseOf('stock'))
    .replaceAll('fraud-check', 'stock')
}

test('after an upgrade to an image that nobody has, an uninstall still removes everything, with the image that ran', async () => {
  // Sales is the last one here: somebody else looks afterwards whether it has left anything.
  await waitingPod(place.namespace, 'witness', await imageOf(place.namespace, 'sales'))
  await expect(installService('sales', place, ['image.tag=9.9.9'], ['--wait', '--timeout', '10s'])).rejects.toThrow(
    'UPGRADE FAILED',
  )
  await uninstall('sales')
  expect(await keptBy('sales')).toEqual([])
  const kafka = ['KAFKA_BROKERS=kafka.petrel-ground.svc.cluster.local:9092', `TOPIC_PREFIX=${place.topicPrefix}`]
  const registry = 'SCHEMA_REGISTRY_URL=http://registry.petrel-ground.svc.cluster.local:8080/apis/ccompat/v7'
  const again = ['env', ...kafka, registry, 'petrel', 'remove', 'sales']
  expect(await kubectl(['exec', '-n', place.namespace, 'witness', '--', ...again])).toBe('There is nothing of sales.')
})
