import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { buildImage } from '../../deploy/images/buildImage.ts'
import { readOptions } from '../../deploy/images/options.ts'
import { eventually } from '../support/eventually.ts'
import { stepsOfGuide } from '../support/guide.ts'
import { clusterShop, subscriberChart } from './support/clusterShop.ts'
import { helm, kubectl } from './support/kubectl.ts'
import { installService, runOnBroker, type ServicePlace } from './support/oneService.ts'
import { ownNamespace } from './support/ownNamespace.ts'
import { report } from './support/report.ts'

const ROOT = join(import.meta.dirname, '../..')
const name = 'fraud-check-py'

test('somebody who follows the guide adds a subscriber in Python: it judges the orders of the past, then those that come', async () => {
  await using namespace = await ownNamespace('python')
  const place = { namespace: namespace.name, topicPrefix: `${namespace.name}.` }
  // Nobody orders here. What billing says when a card was charged is said in its pod.
  for (const service of ['sales', 'billing']) await installService(service, place)
  await bill(place, 'past', 10_000)

  const began = Date.now()
  if (process.env['CLUSTER_IMAGES'] !== 'there') await bringImage()
  await follow(await installation(), place)
  await expectVerdicts(place, ['past fine'])
  report('adding a subscriber in Python', { tookMs: Date.now() - began })
  await bill(place, 'present', 60_000)
  await expectVerdicts(place, ['past fine', 'present suspicious'])
  expect(await helm(['test', name, '-n', place.namespace])).toMatch(/Phase:\s+Succeeded/)

  const release = [name, subscriberChart, '-n', place.namespace]
  await helm(['upgrade', ...release, '--reuse-values', '--set', 'uninstall.removeTopics=true', '--wait'])
  await helm(['uninstall', name, '-n', place.namespace, '--wait'])
  expect(await kubectl(['get', 'all,secret,configmap,networkpolicy', '-n', place.namespace, '-o', 'name'])).not.toContain(name)
  expect(await topicsOf(place)).not.toContain(name)
  const database = `${place.topicPrefix}${name}`.replaceAll(/[^a-z0-9]/g, '_')
  expect(await sql(place, 'billing', `select count(*) from pg_database where datname = '${database}'`)).toBe('0')
})

/** The block of the guide that is for a cluster. */
async function installation(): Promise<string> {
  const [block, ...others] = (await stepsOfGuide('python-subscriber')).filter(({ text }) => text.includes('helm install'))
  expect(others).toEqual([])
  return block?.text ?? ''
}

/** Word by word, but for the image, which another builder has made, and for the place. */
async function follow(block: string, { namespace, topicPrefix }: ServicePlace): Promise<void> {
  const docker = `docker build -t petrel/${name}:0.1.0 docs/guides/python-subscriber\n`
  expect(block).toContain(docker)
  expect(block).toContain('-n petrel ')
  const here = `--namespace ${namespace} --set topicPrefix=${topicPrefix} `
  const text = block
    .replace(docker, '')
    .replace('-n petrel ', here)
    .replace('helm ', `${process.env['HELM'] ?? 'helm'} `)
  await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', text], { cwd: ROOT })
}

/** Its base is Python's own image. Where that cannot be had it is Debian's, as the guide says. */
async function bringImage(): Promise<void> {
  const context = join(ROOT, 'docs/guides/python-subscriber')
  const build = { name: `petrel/${name}:0.1.0`, context, dockerfile: join(context, 'Dockerfile') }
  const { way } = readOptions([], process.env)
  await buildImage(build, way).catch((error: unknown) => {
    console.warn(`On debian:bookworm-slim instead: ${error instanceof Error ? error.message : String(error)}`)
    return buildImage({ ...build, args: { BASE: 'debian:bookworm-slim' } }, way)
  })
}

/** One order of the same customer, with the schema that billing has registered. */
const bill = (place: ServicePlace, orderId: string, amountCents: number) =>
  runOnBroker(
    'billing',
    place,
    `const { OrderBilled } = await import('@petrel/contracts')
    const { avroCodec } = await import('./packages/messaging/src/codec/codec.ts')
    const registry = operations.confluentRegistry({ url: process.env.SCHEMA_REGISTRY_URL })
    const topic = prefix + OrderBilled.topic
    const schemaId = await registry.idOf(topic + '-value', OrderBilled.schema)
    const value = avroCodec({ registry }).encode(OrderBilled, schemaId, {
      orderId: '${orderId}', customerId: 'ada', email: 'ada@example.org', amountCents: ${amountCents}, currency: 'EUR',
      chargeId: 'charge-${orderId}', billedAt: new Date(),
    })
    const headers = { ce_id: '${orderId}', ce_source: 'billing', ce_type: OrderBilled.fullName }
    await broker.publish([{ topic, key: '${orderId}', value, headers }])`,
  )

const expectVerdicts = (place: ServicePlace, verdicts: readonly string[]) =>
  eventually(
    async () => {
      const judged = await sql(place, name, "select order_id || ' ' || verdict from verdicts order by order_id")
      expect(judged.split('\n')).toEqual(verdicts)
    },
    { withinMs: 120_000, everyMs: 500 },
  )

const topicsOf = (place: ServicePlace) => runOnBroker('billing', place, "console.log((await broker.admin.topics()).join('\\n'))")

const sql = (place: ServicePlace, service: string, statement: string) => clusterShop(place).sql(service, statement)
