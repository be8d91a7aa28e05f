import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { freshClone, stepsOfGuide } from '../support/guide.ts'
import { kubectl, kubectlJson } from './support/kubectl.ts'
import type { ClusterShop } from './support/clusterShop.ts'
import { runOnBroker } from './support/oneService.ts'
import { sharedShop } from './support/oneShop.ts'
import { report } from './support/report.ts'

test('somebody who follows the guide adds a subscriber: it hears the past, then the present, and nobody else notices', async () => {
  const shop = sharedShop()
  const { namespace } = shop
  const past = await shop.place({ count: 40, rate: 20, quantity: 20 })
  const before = await shop.expectBooksExact((await shop.books()).sold)
  const others = await podsOf(namespace)
  const here = (text: string) => text.replaceAll('-n petrel', `-n ${namespace}`)

  await using clone = await freshClone()
  const steps = await stepsOfGuide('adding-a-subscriber')
  const upgrade = steps.findIndex(({ text }) => text.includes('--tag 0.2.0'))
  const removal = steps.findIndex(({ text }) => text.includes('removeTopics'))
  expect(steps[0]?.text).toContain('petrel new fraud-check')

  const began = Date.now()
  for (const step of steps.slice(0, upgrade)) await clone.follow(step, here)
  const invoices = Number(await shop.sql('billing', 'select count(*) from invoices'))
  expect(invoices).toBeGreaterThanOrEqual(past.accepted)
  const heard = () => shop.sql('fraud-check', 'select count(*) from heard')
  await eventually(async () => expect(Number(await heard())).toBe(invoices), { withinMs: 120_000, everyMs: 500 })
  const tookMs = Date.now() - began
  const large = await shop.sql('billing', 'select count(*) from invoices where amount_cents >= 5000')
  expect(await shop.sql('fraud-check', 'select count(*) from large_orders')).toBe(large)

  const present = await shop.place({ count: 20, rate: 10, quantity: 20 })
  for (const step of steps.slice(upgrade, removal)) await clone.follow(step, here)
  await eventually(async () => expect(Number(await heard())).toBe(invoices + present.accepted), {
    withinMs: 120_000,
    everyMs: 500,
  })
  await shop.expectBooksExact(before.sold + present.accepted)
  expect((await podsOf(namespace)).filter(({ name }) => !name.startsWith('fraud-check'))).toEqual(others)

  for (const step of steps.slice(removal)) await clone.follow(step, here)
  expect(await kubectl(['get', 'all,secret,configmap,networkpolicy', '-n', namespace, '-o', 'name'])).not.toContain('fraud-check')
  expect(await topicsOf(shop)).not.toContain('fraud-check')
  expect(await shop.sql('postgres', "select count(*) from pg_database where datname = 'fraud_check'")).toBe('0')
  report('adding a subscriber', { tookMs, invoices })
})

interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly uid: string }
    readonly status: { readonly containerStatuses?: readonly { readonly restartCount: number }[] }
  }[]
}

/** Every pod of a deployment, and how often it was restarted; but for the front end, which is scaled by what customers do. */
async function podsOf(namespace: string) {
  const { items } = await kubectlJson<Pods>([
    'get',
    'pods',
    '-n',
    namespace,
    '-l',
    'pod-template-hash,app.kubernetes.io/name!=client-ui',
  ])
  return items
    .map(({ metadata: { name, uid }, status }) => ({ name, uid, restarts: status.containerStatuses?.[0]?.restartCount ?? 0 }))
    .toSorted((one, other) => one.name.localeCompare(other.name))
}

const topicsOf = (shop: ClusterShop) =>
  runOnBroker(shop.named('sales'), shop, "console.log((await broker.admin.topics()).join('\\n'))")
