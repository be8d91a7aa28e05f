import type { Log } from '@petrel/messaging'
import type { Deadline } from '../http/deadline.ts'
import type { Neighbour } from '../http/neighbour.ts'
import { mayBeDone, Refused } from '../http/refused.ts'
import { courtesyMs } from '../patience.ts'
import type { PlacedOrder } from './orderBook.ts'
import { type Debt, type Decision, failedOutcome, type Step, step } from './outcome.ts'

export interface Neighbours {
  readonly stock: Neighbour
  readonly billing: Neighbour
  readonly shipping: Neighbour
  readonly loyalty: Neighbour
  readonly email: Neighbour
}

/**
 * First what can be put back (stock), then what costs the customer something (money), then all the rest side by side.
 * An order without its parcel has failed; one without points or mail has not.
 */
export function stepsWith(neighbours: Neighbours, log: Log): (order: PlacedOrder, deadline: Deadline) => Promise<Decision> {
  return async (order, deadline) => {
    const { total_cents: totalCents, currency } = order
    const ask = asking(neighbours, order)
    const debts = new Set<Debt>()
    try {
      const reserved = await owing(debts, 'reservation', ask('stock', '/reservations', { lines: pieces(order) }, deadline))
      const placed = step('OrderPlaced')
      if (reserved.status === 409)
        return rejected(totalCents, [placed, step('StockReservationRejected', reserved.body as object)])

      const billed = await owing(debts, 'payment', ask('billing', '/charges', money(order), deadline))
      const { chargeId } = billed.body as { chargeId?: string }
      if (chargeId === undefined) return declined(totalCents, [placed, step('PaymentDeclined', billed.body as object)])

      const history = [placed, step('StockReserved'), step('OrderBilled', { amountCents: totalCents, currency })]
      const courtesy = courtesies(ask, deadline, (reason, name) =>
        log.warn({ orderId: order.order_id, reason }, `goes without ${name}`),
      )
      const [shipped, points, mail] = await Promise.all([
        ask('shipping', '/shipments', { lines: order.lines }, deadline),
        courtesy('loyalty', '/points', 'PointsAwarded', money(order)),
        courtesy('email', '/confirmations', 'CustomerNotified', { ...money(order), email: order.email, chargeId }),
      ])
      const done = [...history, step('OrderShipped', shipped.body as object), ...points, ...mail]
      return { outcome: { status: 'shipped', totalCents, history: done }, debts: [] }
    } catch (error) {
      log.warn({ orderId: order.order_id, reason: (error as Error).message }, 'an order could not be finished')
      return { outcome: failedOutcome(totalCents), debts: [...debts] }
    }
  }
}

const rejected = (totalCents: number, history: Step[]): Decision => ({
  outcome: { status: 'rejected', totalCents, history },
  debts: [],
})

const declined = (totalCents: number, history: Step[]): Decision => ({
  outcome: { status: 'declined', totalCents, history },
  debts: ['reservation'],
})

type Answers = ReturnType<Neighbour>
type Ask = (name: keyof Neighbours, path: string, body: object, deadline: Deadline) => Answers

/** Answers that are no are 402 and 409; anything else that is not yes is a failure. */
function asking(neighbours: Neighbours, { request_key: key, order_id: orderId }: PlacedOrder): Ask {
  return async (name, path, body, deadline) => {
    const answer = await neighbours[name]({ path, key, body: { orderId, ...body }, deadline })
    if (answer.status < 300 || answer.status === 402 || answer.status === 409) return answer
    throw new Refused(`${name} refuses order ${orderId}: ${JSON.stringify(answer.body)}`, { status: 502, isNotDone: true })
  }
}

/** From now on this has to be taken back, unless it is certain that it was not done. */
async function owing(debts: Set<Debt>, debt: Debt, answer: Answers): Answers {
  try {
    const answered = await answer
    debts.add(debt)
    return answered
  } catch (error) {
    if (mayBeDone(error)) debts.add(debt)
    throw error
  }
}

/** What an order can do without when it cannot be had in time. */
function courtesies(ask: Ask, deadline: Deadline, missed: (reason: string, name: string) => void) {
  return async (name: 'loyalty' | 'email', path: string, type: string, body: object): Promise<Step[]> => {
    try {
      const answer = await ask(name, path, body, deadline.atMost(courtesyMs))
      return [step(type, answer.body as object)]
    } catch (error) {
      missed((error as Error).message, name)
      return []
    }
  }
}

const pieces = ({ lines }: PlacedOrder) => lines.map(({ sku, quantity }) => ({ sku, quantity }))

const money = ({ customer_id, total_cents, currency }: PlacedOrder) => ({
  customerId: customer_id,
  amountCents: total_cents,
  currency,
})
