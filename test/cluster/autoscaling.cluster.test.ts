import { expect, test } from 'vitest'
import { sharedShop } from './support/oneShop.ts'
import { report } from './support/report.ts'
import { pauseAt, scaleAgain } from './support/scaling.ts'
import { watchReplicas } from './support/watchReplicas.ts'

const orders = 1_700
/** One for each partition. */
const most = 6

test('a backlog of 5,000 messages brings shipping from one replica to six, is handled, and takes it back to one', async () => {
  const shop = sharedShop()
  const { namespace } = shop
  const shipping = shop.named('shipping')
  const before = await shop.books()

  // Away: every order leaves three messages for it (placed, billed, reserved).
  await pauseAt(shop, 'shipping', 0)
  const watch = watchReplicas(namespace, shipping)
  await watch.until(({ wanted, ready }) => wanted === 0 && ready === 0, 120_000)
  const placed = await shop.place({ count: orders, rate: 40 })
  expect(placed.failures).toEqual({})

  await scaleAgain(shop, 'shipping')
  const one = await watch.until(({ wanted }) => wanted >= 1, 60_000)
  const six = await watch.until(({ ready }) => ready === most, 120_000)
  await shop.expectBooksExact(before.sold + placed.accepted)
  const back = await watch.until(({ wanted, ready }) => wanted === 1 && ready === 1, 600_000)
  await watch.stop()

  report('autoscaling', { placed, replicas: watch.seen, toSixMs: six.atMs - one.atMs, toOneMs: back.atMs - six.atMs })
  expect(Math.max(...watch.seen.map(({ wanted }) => wanted))).toBe(most)
})
