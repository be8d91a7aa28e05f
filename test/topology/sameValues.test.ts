import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Endpoint, MessageDescriptor } from '@petrel/messaging'
import { deployAll, scalingGroup, silentLog, topology } from '@petrel/messaging/operations'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { ROOT } from '../../deploy/local/folders.ts'
import { loadServices } from '../../packages/cli/src/services.ts'
import { memoryBroker } from '../../packages/messaging/src/broker/memory.ts'
import type { SubscribeOptions } from '../../packages/messaging/src/broker/port.ts'
import { startEngine } from '../../packages/messaging/src/engine/startEngine.ts'
import { memoryRegistry } from '../../packages/messaging/src/registry/memory.ts'
import { memoryStore } from '../../packages/messaging/src/store/memory.ts'

// What an endpoint subscribes to, and what the cluster scales it by, are written down in one place. These tests start
// every service of the shop and compare.

const services = await loadServices(ROOT)
const prefix = 'shop1.'

/** Starts an endpoint, and returns what it subscribes to. */
async function subscriptionsOf(endpoint: Endpoint): Promise<Pick<SubscribeOptions, 'group' | 'topics'>[]> {
  const inner = memoryBroker()
  const registry = memoryRegistry()
  await deployAll(
    services.map((service) => ({ endpoint: service.endpoint })),
    { admin: inner.admin, registry, prefix },
  )
  const seen: SubscribeOptions[] = []
  const subscribe = (options: SubscribeOptions) => {
    seen.push(options)
    return inner.subscribe(options)
  }
  const engine = await startEngine({
    endpoint,
    prefix,
    broker: { ...inner, subscribe },
    registry,
    store: memoryStore(),
    log: silentLog,
  })
  await engine.stop()
  return seen.map(({ group, topics }) => ({ group, topics }))
}

interface Values {
  readonly endpoint: {
    readonly name: string
    readonly group: string
    readonly topics: readonly string[]
    readonly partitions: number
    readonly deployOrder: number
  }
}
const readValues = (path: string) => parse(readFileSync(join(ROOT, path), 'utf8')) as unknown

test.each(services.filter(({ endpoint }) => scalingGroup(endpoint, '') !== undefined))(
  '$name is scaled by the lag of the group and the topics that it subscribes to',
  async ({ name, endpoint }) => {
    const { endpoint: values } = readValues(`services/${name}/values.yaml`) as Values
    const [main, retries, ...others] = await subscriptionsOf(endpoint)
    expect(main).toEqual({ group: prefix + values.group, topics: values.topics.map((topic) => prefix + topic) })
    expect(main).toMatchObject({ group: scalingGroup(endpoint, prefix)?.group })
    // What waits in the second group is not due yet, and more replicas would not help.
    expect(retries?.topics.filter((topic) => main?.topics.includes(topic))).toEqual([])
    expect(others).toEqual([])
    expect(values.partitions).toBe(endpoint.partitions)
  },
)

test("the shop's chart has the values of every service, and deploys owners before their subscribers", () => {
  const shop = readValues('charts/shop/values.yaml') as Record<string, Values>
  const { global, ...parts } = shop
  expect({ global }).toEqual(readValues('charts/shop/global.yaml'))
  expect(Object.keys(parts)).toEqual(expect.arrayContaining(services.map(({ name }) => name)))
  for (const [name, values] of Object.entries(parts)) expect(values).toEqual(readValues(`services/${name}/values.yaml`))
  for (const { endpoint } of services)
    for (const owner of ownersOf(endpoint))
      expect(shop[owner]?.endpoint.deployOrder).toBeLessThan(shop[endpoint.name]?.endpoint.deployOrder ?? -1)
})

const ownersOf = (endpoint: Endpoint): string[] => {
  const heard: MessageDescriptor[] = [
    ...endpoint.handlers.map(({ handles }) => handles),
    ...endpoint.sagas.flatMap(({ reactions }) => reactions.map(({ handles }) => handles)),
  ]
  return heard.map(({ owner }) => owner).filter((owner) => owner !== endpoint.name)
}

test('every schema is of a message that a service sends or hears', () => {
  const files = globSync('**/*.avsc', { cwd: join(ROOT, 'schemas') }).map((file) => file.replaceAll('\\', '/'))
  const known = topology(services.map(({ endpoint }) => endpoint)).messages.map(
    ({ type }) => `${type.fullName.replace('.', '/')}.avsc`,
  )
  expect(files.toSorted()).toEqual(known.toSorted())
})
