import type { Books, Customers, Entry, Target, Watched } from '../targets.ts'
import { urlAt } from './addresses.ts'
import { readBooks } from './audit/readBooks.ts'
import { withClient } from './databases.ts'
import { type House, type HouseOptions, openHouse } from './house.ts'

/** The house of cards as a campaign sees it. */
export async function openHouseAsTarget(options: HouseOptions): Promise<Target> {
  const house = await openHouse(options)
  return {
    name: house.hasKeys ? 'house of cards' : 'house of cards without keys',
    customers: { url: urlAt(house.ports['client-ui']), hasKeys: house.hasKeys },
    watch: () => watch(house),
    books: (customers) => books(house, customers),
    limitGateway: (perSecond) => house.gatewayBehaves({ requestsPerSecond: perSecond }),
    // There is no broker to restart, nothing that failed to send back, and nobody can hear the past.
    faults: {
      breakSales: () => house.break('sales', 'A bug: every order fails.'),
      mendSales: () => house.mend('sales'),
      killBilling: () => house.crash('billing'),
    },
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  }
}

async function books(house: House, { named }: Customers): Promise<Books> {
  const { orders, charged, refunded, billed, shipped, mailed, points } = await readBooks(house, `${named}-`)
  const shippedTo = orders.filter(({ told, status }) => told === 'yes' && status === 'shipped')
  const accepted = shippedTo.map(({ orderId, at }) => ({ orderId, at }))
  return { accepted, billed: without(billed, refunded), charged: without(charged, refunded), shipped, mailed, points }
}

/** A charge that was given back is none. */
function without(entries: readonly Entry[], refunded: readonly Entry[]): Entry[] {
  const left = refunded.map(({ orderId }) => orderId)
  return entries.filter(({ orderId }) => {
    const at = left.indexOf(orderId)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

/** Nothing waits here but customers. One whose answer a dead process took with it waits no longer than browsers do. */
const waiting = `
  select count(*)::int as waiting, extract(epoch from now() - min(accepted_at))::float8 as oldest
  from orders where outcome is null and accepted_at > now() - interval '10 seconds'`

/** Somebody who still has to have something back; after a minute and a half a person has to see to it. */
const owing = `
  select count(*) filter (where placed_at > now() - interval '90 seconds')::int as undoing,
    count(*) filter (where placed_at <= now() - interval '90 seconds')::int as given_up
  from orders where debts <> '{}'`

async function watch({ databases }: House): Promise<Watched> {
  const { undoing, given_up } = await withClient(databases.get('sales') ?? '', async (client) => {
    const { rows } = await client.query<{ undoing: number; given_up: number }>(owing)
    return rows[0] ?? { undoing: 0, given_up: 0 }
  })
  return withClient(databases.get('client-ui') ?? '', async (client) => {
    const now = await client.query<{ waiting: number; oldest: number | null }>(waiting)
    return {
      waitingForBilling: undefined,
      waiting: (now.rows[0]?.waiting ?? 0) + undoing,
      oldestSeconds: now.rows[0]?.oldest ?? 0,
      replicas: 1,
      deadLetters: given_up,
      memoryBytes: undefined,
      inboxRows: undefined,
    }
  })
}
