import { join } from 'node:path'
import { expect, test } from 'vitest'
import { clusterShop, groundValues, installShop, makeNamespace, sharedValues, subscriberChart } from './support/clusterShop.ts'
import { apply, helm, kubectl } from './support/kubectl.ts'
import { ownNamespace } from './support/ownNamespace.ts'
import { sharedShop } from './support/oneShop.ts'

const valuesOf = (service: string) => join(import.meta.dirname, '../../services', service, 'values.yaml')

test('an installation with a wrong password stops, and says whose password is wrong', async () => {
  await using namespace = await ownNamespace('wrong-password')
  await apply(namespace.name, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'wrong' },
    stringData: { DATABASE_URL: 'postgres://loyalty:wrong@postgres.petrel-ground.svc.cluster.local:5432/loyalty' },
  })
  const failure = install('loyalty', namespace.name, 'database.existingSecret=wrong')
  await expect(failure).rejects.toThrow(/password authentication failed for user "loyalty"/)
  expect(await podsIn(namespace.name)).toEqual([])
})

test('an installation whose messages nobody has deployed stops, and says whose they are', async () => {
  await using namespace = await ownNamespace('nobodys-topics')
  const failure = install('email', namespace.name, 'topicPrefix=lonely.')
  await expect(failure).rejects.toThrow(/topic lonely\.billing\.order-billed.*billing/s)
  expect(await podsIn(namespace.name)).toEqual([])
})

test('an upgrade to an image that does not start leaves the old replica at work, and can be rolled back', async () => {
  const shop = sharedShop()
  const { namespace, release } = shop
  const before = await shop.books()

  const failing = installShop(shop, ['loyalty.command={node,-e,process.exit(3)}'], '60s')
  await expect(failing).rejects.toThrow('UPGRADE FAILED')
  const pods = ['get', 'pods', '-n', namespace, '-l', 'app.kubernetes.io/name=loyalty']
  expect(await kubectl([...pods, '-o', 'jsonpath={..lastState.terminated.exitCode}'])).toBe('3')
  const { accepted, failures } = await shop.place({ count: 20, rate: 10 })
  expect(failures).toEqual({})
  await shop.expectBooksExact(before.sold + accepted)

  await helm(['rollback', release, '-n', namespace, '--wait', '--timeout', '5m'])
  await kubectl(['rollout', 'status', '-n', namespace, `deployment/${shop.named('loyalty')}`, '--timeout=120s'])
})

test('two shops live side by side in two namespaces, each with its own topics, and know nothing of each other', async () => {
  const first = sharedShop()
  await using namespace = await ownNamespace('second')
  await makeNamespace(namespace.name)
  const second = clusterShop({ namespace: namespace.name, release: 'second', topicPrefix: 'second.' })
  const before = await first.books()
  await installShop({ namespace: namespace.name, release: 'second', topicPrefix: 'second.' })

  const { accepted, failures } = await second.place({ count: 50, rate: 10 })
  expect(failures).toEqual({})
  await second.expectBooksExact(accepted)
  expect(await first.books()).toEqual(before)
})

/** Installs one service alone. @throws Error with what Helm said */
const install = (service: string, namespace: string, ...settings: readonly string[]) =>
  helm(
    [
      'install',
      service,
      subscriberChart,
      '-n',
      namespace,
      '-f',
      sharedValues,
      '-f',
      valuesOf(service),
      '-f',
      groundValues,
    ].concat(
      settings.flatMap((setting) => ['--set', setting]),
      ['--wait', '--timeout', '3m'],
    ),
  )

/** The pods of deployments: those of jobs do not count. */
async function podsIn(namespace: string): Promise<string[]> {
  const names = await kubectl(['get', 'deployments', '-n', namespace, '-o', 'jsonpath={.items[*].metadata.name}'])
  return names.split(' ').filter((name) => name !== '')
}
