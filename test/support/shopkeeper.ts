import { CancelOrder, ListProduct, PlaceOrder, RestockProduct } from '@petrel/contracts'
import { endpoint, readSettings, type Service, start } from '@petrel/messaging'
import { type Broker, confluentRegistry, deployAll } from '@petrel/messaging/operations'
import { ROOT } from '../../deploy/local/folders.ts'
import { connectionsOf } from '../../deploy/local/shop/connections.ts'
import { ADMINISTRATOR } from '../../deploy/local/stack/security.ts'
import { loadServices } from '../../packages/cli/src/services.ts'
import { eventually } from './eventually.ts'
import { getJson } from './http.ts'
import type { TestSystem } from './stack.ts'

/** Who runs the shop in a test: fills the shelves, and can send what a page would never send. */
const shopkeeper = endpoint({ name: 'test-shopkeeper', produces: [ListProduct, RestockProduct, PlaceOrder, CancelOrder] })

const goods = [
  { sku: 'green-tea', unitCents: 350, quantity: 1_000_000 },
  { sku: 'storm-cup', unitCents: 990, quantity: 1_000_000 },
  { sku: 'last-pot', unitCents: 2400, quantity: 1 },
]

/** Deploys all services. */
export async function deployServices(system: TestSystem, broker: Broker): Promise<void> {
  const services = await loadServices(ROOT)
  const deployments = await Promise.all(
    services.map(async ({ name, endpoint: deployed, migrations }) => ({
      endpoint: deployed,
      database: { url: await system.createDatabase(name), migrations },
    })),
  )
  await deployAll(deployments, infrastructureOf(system, broker))
}

const infrastructureOf = ({ addresses, prefix }: TestSystem, { admin }: Broker) => ({
  admin,
  registry: confluentRegistry(connectionsOf(addresses, ADMINISTRATOR).registry),
  prefix,
})

/** The services are deployed already. @returns the keeper, who handles nothing */
export async function hireShopkeeper(system: TestSystem, broker: Broker): Promise<Service> {
  const database = { url: await system.createDatabase(shopkeeper.name) }
  await deployAll([{ endpoint: shopkeeper, database }], infrastructureOf(system, broker))
  return start(shopkeeper, readSettings({ ...(await system.env(shopkeeper.name)), LOG_LEVEL: 'silent' }))
}

/** @param keeper who may send commands to sales and stock */
export async function fillShelves(keeper: Pick<Service, 'send'>): Promise<void> {
  for (const { sku, unitCents, quantity } of goods) {
    await keeper.send(ListProduct({ sku, name: sku, unitCents, currency: 'EUR' }))
    await keeper.send(RestockProduct({ sku, quantity }))
  }
}

/** Resolves when the page offers all goods. */
export async function openForBusiness(page: string): Promise<void> {
  await eventually(async () => {
    const offers = await getJson<{ sku: string; available: number }[]>(`${page}/api/catalogue`)
    if (offers.filter(({ available }) => available > 0).length < goods.length) throw new Error('the shelves are not filled yet')
  })
}
