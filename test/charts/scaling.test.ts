import { plan } from '@petrel/messaging/operations'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../../deploy/local/folders.ts'
import { loadServices } from '../../packages/cli/src/services.ts'
import { cases, hasHelm, render, type Resource } from './helm.ts'
import { type Container, podsOf } from './pods.ts'

interface ScaledObject {
  readonly scaleTargetRef: { readonly name: string }
  readonly maxReplicaCount: number
  readonly triggers: readonly { readonly type: string; readonly metadata: Readonly<Record<string, string>> }[]
}

const prefixed = { ...cases['shop-scaled'], with: [...cases['shop-scaled'].with, '--set', 'global.topicPrefix=blue.'] }

describe.skipIf(!hasHelm)('the scaler', () => {
  test.each([
    ['without a prefix', cases['shop-scaled'], ''],
    ['with one', prefixed, 'blue.'],
  ])('looks at the group and at the cluster that the pods read from, %s', async (_, one, prefix) => {
    const endpoints = await endpointsByName()
    const resources = render(one)
    const scaled = scaledByLag(resources)
    expect(scaled.map(({ scaleTargetRef }) => scaleTargetRef.name).toSorted()).toEqual(
      ['billing', 'email', 'loyalty', 'sales', 'shipping', 'stock'].map((name) => `shop-${name}`),
    )
    for (const { scaleTargetRef, maxReplicaCount, triggers } of scaled) {
      const { partitions, group } = planned(endpoints, scaleTargetRef.name.replace('shop-', ''), prefix)
      const environment = environmentOf(resources, scaleTargetRef.name)
      expect(environment['TOPIC_PREFIX']).toBe(prefix)
      expect(maxReplicaCount).toBe(partitions)
      expect(triggers).toEqual([expect.objectContaining({ type: 'kafka' })])
      expect(triggers[0]?.metadata).toMatchObject({ consumerGroup: group, bootstrapServers: environment['KAFKA_BROKERS'] })
      // The main group, with all its topics: what waits for a retry waits on purpose.
      expect(triggers[0]?.metadata).not.toHaveProperty('topic')
    }
  })

  test('decides alone how many pods there are', () => {
    const resources = render(cases['shop-scaled'])
    const scaled = resources.filter(({ kind }) => kind === 'ScaledObject').map(({ metadata }) => metadata.name)
    const counted = resources.filter(({ kind, spec }) => kind === 'Deployment' && 'replicas' in (spec as object))
    expect(scaled).toHaveLength(7)
    expect(counted.map(({ metadata }) => metadata.name).toSorted()).toEqual([
      'shop-console',
      'shop-lag-exporter',
      'shop-mailbox',
      'shop-payment-gateway',
    ])
  })
})

const endpointsByName = async () => {
  const services = await loadServices(ROOT)
  return new Map(services.map(({ endpoint }) => [endpoint.name, endpoint]))
}

function planned(endpoints: Awaited<ReturnType<typeof endpointsByName>>, name: string, prefix: string) {
  const endpoint = endpoints.get(name)
  if (endpoint === undefined) throw new Error(`There is no endpoint ${name}.`)
  return { partitions: endpoint.partitions, group: plan(endpoint, prefix).groups[0]?.group }
}

const scaledByLag = (resources: readonly Resource[]) =>
  resources
    .filter(({ kind }) => kind === 'ScaledObject')
    .map(({ spec }) => spec as ScaledObject)
    .filter(({ triggers }) => triggers[0]?.type === 'kafka')

function environmentOf(resources: readonly Resource[], deployment: string): Readonly<Record<string, string | undefined>> {
  const pod = podsOf(resources).find(({ name }) => name === `Deployment ${deployment}`)
  const variables = (pod?.spec.containers ?? []).flatMap(({ env = [] }: Container) => env)
  return Object.fromEntries(variables.map(({ name, value }) => [name, value]))
}
