import { PlaceOrder } from '@petrel/contracts'
import { uuid7 } from '@petrel/messaging'
import { type InMemoryOptions, type InMemorySystem, startInMemory } from '@petrel/messaging/testing'
import { ROOT } from '../../deploy/local/folders.ts'
import { loadServices } from '../../packages/cli/src/services.ts'
import { billingThrough } from '../../services/billing/src/endpoint.ts'
import { postgresReadModel } from '../../services/client-ui/src/readModel/postgres.ts'
import { emailThrough } from '../../services/email/src/endpoint.ts'
import type { Letter } from '../../services/email/src/letters.ts'
import { type InProcessGateway, inProcessGateway } from './inProcessGateway.ts'
import { anOrder, type JourneyShop, type OrderView, requireTypes } from './shop.ts'
import { fillShelves } from './shopkeeper.ts'
import { type TestSystem, testSystem } from './stack.ts'

/** The endpoints of the whole shop in one process. Their messages are in memory, and their databases are real. */
export interface InMemoryShop extends JourneyShop {
  readonly system: InMemorySystem
}

/** Opens it with filled shelves. The payment gateway is in the process, too, and mails stay there. */
export async function openInMemoryShop(options: Pick<InMemoryOptions, 'advanceTimers'> = {}): Promise<InMemoryShop> {
  await using opened = new AsyncDisposableStack()
  const stack = opened.use(await testSystem())
  const payments = opened.use(await inProcessGateway())
  const letters: Letter[] = []
  const mailer = { send: async (letter: Letter) => void letters.push(letter) }
  const connected = [billingThrough(payments.gateway, new Date()), emailThrough(mailer)]
  const system = opened.use(await startEndpoints(stack, options, connected))
  await fillShelves(system)
  await system.settled()
  const all = opened.move()
  return { ...shopOf(system, payments, letters), [Symbol.asyncDispose]: () => all.disposeAsync() }
}

/** @param connected endpoints that reach something outside the shop; the others are as in their services */
async function startEndpoints(
  stack: TestSystem,
  options: InMemoryOptions,
  connected: Parameters<typeof startInMemory>[0],
): Promise<InMemorySystem> {
  const services = await loadServices(ROOT)
  const databases = await Promise.all(
    services.map(async ({ name, migrations }) => [name, { url: await stack.createDatabase(name), migrations }] as const),
  )
  const endpoints = services.map(({ name, endpoint }) => connected.find((each) => each.name === name) ?? endpoint)
  return startInMemory(endpoints, { ...options, databases: Object.fromEntries(databases), settleTimeoutMs: 60_000 })
}

function shopOf(
  system: InMemorySystem,
  { charges, gatewayBehaves }: InProcessGateway,
  letters: readonly Letter[],
): Omit<InMemoryShop, typeof Symbol.asyncDispose> {
  const readModel = postgresReadModel(system.database('client-ui'))
  const order = async (orderId: string): Promise<OrderView> => {
    await system.settled()
    const [found] = await readModel.orders([orderId])
    if (found === undefined) throw new Error(`The page knows no order ${orderId}.`)
    const acceptedAt = found.acceptedAt?.toISOString() ?? null
    return { ...found, acceptedAt, history: found.history.map(({ type, at }) => ({ type, at: at.toISOString() })) }
  }
  return {
    system,
    charges,
    gatewayBehaves,
    async placeOrder(wanted = {}) {
      const orderId = uuid7()
      await system.send(PlaceOrder({ orderId, ...anOrder, ...wanted, acceptedAt: new Date() }))
      return orderId
    },
    order,
    orderHas: async (orderId, types) => requireTypes(await order(orderId), types),
    mails: async (to) =>
      letters.filter((letter) => letter.to === to).map(({ mailId, subject }) => ({ messageId: mailId, subject })),
    async points(customerId) {
      const { rows } = await system
        .database('loyalty')
        .query<{ points: number }>('select balance::float8 as points from balances where customer_id = $1', [customerId])
      return rows[0]?.points ?? 0
    },
    failures: (name) => system.deadLetters(name),
  }
}
