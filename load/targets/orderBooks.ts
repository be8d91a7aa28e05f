import type { Books, Customers, Entry } from '../targets.ts'

/** Asks a service's database. @param sql selects `order_id` and `at`, in milliseconds since the epoch */
export type AskBook = (service: string, sql: string) => Promise<Entry[]>

/** What each service of the shop has written about the orders of these customers. */
export async function orderBooks(ask: AskBook, { named, since }: Customers): Promise<Books> {
  const theirs = `customer_id like '${named}-%'`
  const later = (at: string) => `${at} >= '${since.toISOString()}'`

  const [accepted, sold, billed, points] = await Promise.all([
    ask('client-ui', select('accepted_at', 'acceptance', theirs)),
    ask('sales', select('placed_at', 'orders', `${theirs} and placed_at is not null`)),
    ask('billing', select('billed_at', 'invoices', theirs)),
    ask('loyalty', select('at', 'ledger', `${theirs} and kind = 'awarded'`)),
  ])
  // Some books name no customer.
  const known = new Set([accepted, sold, billed].flat().map(({ orderId }) => orderId))
  const ofThem = (entries: readonly Entry[]) => entries.filter(({ orderId }) => known.has(orderId))
  const [charged, shipped, mailed] = await Promise.all([
    ask('payment-gateway', select('at', 'payments', `declined_because is null and ${later('at')}`)).then(ofThem),
    ask('shipping', select('shipped_at', 'shipments', later('shipped_at'))).then(ofThem),
    ask('email', select('sent_at', 'mails', `about = 'BILLED' and ${later('sent_at')}`)).then(ofThem),
  ])
  return { accepted: withSold(accepted, sold), billed, charged, shipped, mailed, points }
}

const select = (at: string, from: string, where: string) =>
  `select order_id, (extract(epoch from ${at}) * 1000)::bigint as at from ${from} where ${where}`

/** The page writes down what it has accepted a moment later; killed meanwhile, it does not. Then it was accepted when it was sold, at the latest. */
function withSold(accepted: readonly Entry[], sold: readonly Entry[]): Entry[] {
  const known = new Set(accepted.map(({ orderId }) => orderId))
  return [...accepted, ...sold.filter(({ orderId }) => !known.has(orderId))]
}
