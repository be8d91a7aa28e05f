import { expect, test } from 'vitest'
import { helm, kubectl } from './support/kubectl.ts'
import { type ClusterShop, installShop } from './support/clusterShop.ts'
import { firstTag, nextTag, sharedShop } from './support/oneShop.ts'
import { report } from './support/report.ts'

const rate = Number(process.env['CLUSTER_RATE'] ?? 20)

test('while the shop is upgraded, and rolled back, no request fails and every order is done once', async () => {
  const shop = sharedShop()
  const { namespace, release } = shop
  const before = await shop.books()

  const first = await imagesOf(namespace)
  const other = first.has(nextTag) ? firstTag : nextTag

  const upgraded = await orderingDuring(shop, () => installShop(shop, [`global.image.tag=${other}`]))
  expect(await imagesOf(namespace)).toEqual(new Set([other]))
  const rolledBack = await orderingDuring(shop, () => helm(['rollback', release, '-n', namespace, '--wait', '--timeout', '10m']))
  expect(await imagesOf(namespace)).toEqual(first)

  report('upgrade', { rate, upgraded, rolledBack })
  expect([upgraded.failures, rolledBack.failures]).toEqual([{}, {}])
  await shop.expectBooksExact(before.sold + upgraded.accepted + rolledBack.accepted, 600_000)
})

interface Ordered {
  readonly accepted: number
  readonly failures: Readonly<Record<string, number>>
  /** How long the change took. */
  readonly tookMs: number
  /** From when an order was due to its answer, in milliseconds. */
  readonly longest: number
}

/** Makes a change while orders are placed, in waves of ten seconds: one before, one after, and all that fit between. */
async function orderingDuring(shop: ClusterShop, change: () => Promise<unknown>): Promise<Ordered> {
  const wave = () => shop.place({ count: rate * 10, rate })
  const waves = [await wave()]
  const over = new AbortController()
  const began = Date.now()
  const changing = change().finally(() => over.abort())
  while (!over.signal.aborted) waves.push(await wave())
  await changing
  const tookMs = Date.now() - began
  waves.push(await wave())
  return {
    accepted: waves.reduce((sum, { accepted }) => sum + accepted, 0),
    failures: Object.fromEntries(waves.flatMap(({ failures }) => Object.entries(failures))),
    tookMs,
    longest: Math.max(...waves.map(({ longest }) => longest)),
  }
}

/** The tags of the images that pods of the shop run. */
async function imagesOf(namespace: string): Promise<Set<string>> {
  const selector = 'app.kubernetes.io/managed-by=Helm'
  const images = await kubectl([
    'get',
    'deployments',
    '-n',
    namespace,
    '-l',
    selector,
    '-o',
    'jsonpath={.items[*].spec.template.spec.containers[*].image}',
  ])
  return new Set(images.split(' ').map((image) => image.slice(image.lastIndexOf(':') + 1)))
}
