import { expect, test } from 'vitest'
import { helm, kubectl } from './support/kubectl.ts'
import { installShop } from './support/clusterShop.ts'
import { nextTag, sharedShop } from './support/oneShop.ts'
import { report } from './support/report.ts'

const rate = Number(process.env['CLUSTER_RATE'] ?? 20)

test('while the shop is upgraded, and rolled back, no request fails and every order is done once', async () => {
  const shop = sharedShop()
  const { namespace, release } = shop
  const before = await shop.books()

  const upgraded = await during(shop.place({ count: rate * 150, rate }), () => installShop(shop, `global.image.tag=${nextTag}`))
  expect(await imagesOf(namespace)).toEqual(new Set([nextTag]))
  expect(upgraded.placed.failures).toEqual({})
  const rolledBack = await during(shop.place({ count: rate * 150, rate }), () =>
    helm(['rollback', release, '-n', namespace, '--wait', '--timeout', '10m']),
  )
  expect(await imagesOf(namespace)).not.toContain(nextTag)
  expect(rolledBack.placed.failures).toEqual({})

  const accepted = upgraded.placed.accepted + rolledBack.placed.accepted
  expect(accepted).toBe(rate * 300)
  await shop.expectBooksExact(before.accepted + accepted, 600_000)
  report('upgrade', { rate, upgraded, rolledBack })
})

interface Change<T> {
  readonly placed: T
  readonly tookMs: number
}

/** Makes a change while orders are placed. @throws Error when the last order was placed before it was over */
async function during<T>(placing: Promise<T>, change: () => Promise<unknown>): Promise<Change<T>> {
  let tookMs = Number.POSITIVE_INFINITY
  const began = Date.now()
  const changing = change().then(() => (tookMs = Date.now() - began))
  const placed = await placing
  const placedMs = Date.now() - began
  await changing
  if (tookMs > placedMs) throw new Error(`The change took ${tookMs} ms, and orders were placed for ${placedMs} only: place more.`)
  return { placed, tookMs }
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
