import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { kubectl } from './support/kubectl.ts'
import { sharedShop } from './support/oneShop.ts'
import { report } from './support/report.ts'

/** Those whose death no customer notices. */
const behindThePage = ['sales', 'billing', 'stock', 'shipping', 'email', 'loyalty', 'payment-gateway', 'mailbox']
const rate = 10

test('pods are killed one after the other while customers order: no request fails, and every order is done once', async () => {
  const shop = sharedShop()
  const before = await shop.books()
  let killed = 0
  const over = new AbortController()
  const placing = shop.place({ count: rate * 90, rate }).finally(() => over.abort())
  for (let victim = 0; !over.signal.aborted; victim++) {
    const name = `app.kubernetes.io/name=${behindThePage[victim % behindThePage.length]}`
    const selector = `${name},app.kubernetes.io/instance=${shop.release}`
    const pods = await kubectl([
      'get',
      'pods',
      '-n',
      shop.namespace,
      '-l',
      selector,
      '--field-selector=status.phase=Running',
      '-o',
      'name',
    ])
    for (const pod of pods
      .split('\n')
      .filter((line) => line !== '')
      .slice(0, 1)) {
      await kubectl(['delete', '-n', shop.namespace, pod, '--grace-period=0', '--force'])
      killed += 1
    }
    await sleep(2_000)
  }
  const placed = await placing
  expect(placed.failures).toEqual({})
  await shop.expectBooksExact(before.sold + placed.accepted)
  report('pods killed', { killed, placed })
})

test('the broker and the database are killed while customers order: what was accepted is done once', async () => {
  const shop = sharedShop()
  const before = await shop.books()
  const placing = shop.place({ count: rate * 90, rate })
  for (const server of ['kafka-0', 'postgres-0']) {
    await sleep(10_000)
    await kubectl(['delete', 'pod', server, '-n', 'petrel-ground', '--grace-period=0', '--force'])
    await ready('petrel-ground', server)
  }
  const placed = await placing
  // An order whose request was answered 503, or not at all, may have been accepted all the same.
  const accepted = await eventually(
    async () => {
      const now = await shop.books()
      if (now.whole < now.accepted || now.whole < now.sold) throw new Error(`not done yet: ${JSON.stringify(now)}`)
      return now.sold
    },
    { withinMs: 300_000, everyMs: 2_000 },
  )
  expect(accepted - before.sold).toBeGreaterThanOrEqual(placed.accepted)
  await shop.expectBooksExact(accepted)
  report('broker and database killed', { placed, done: accepted - before.sold })
})

test('a node is drained and comes back: what was on its way is done once', async () => {
  const shop = sharedShop()
  const before = await shop.books()
  const { accepted, failures } = await shop.place({ count: 300, rate: 50 })
  expect(failures).toEqual({})
  const node = await nodeOf(shop.namespace)
  try {
    const pods = `--pod-selector=app.kubernetes.io/instance=${shop.release}`
    await kubectl(['drain', node, pods, '--delete-emptydir-data', '--timeout=180s'])
  } finally {
    await kubectl(['uncordon', node])
  }
  await shop.expectBooksExact(before.sold + accepted)
})

const nodeOf = (namespace: string) => kubectl(['get', 'pods', '-n', namespace, '-o', 'jsonpath={.items[0].spec.nodeName}'])

/** A pod with this name that came after the one that was killed is ready. */
const ready = (namespace: string, pod: string) =>
  eventually(() => kubectl(['wait', '-n', namespace, `pod/${pod}`, '--for=condition=Ready', '--timeout=5s']), {
    withinMs: 180_000,
    everyMs: 500,
  })
