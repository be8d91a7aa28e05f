import type { Log } from '@petrel/messaging'
import type { Deadline } from '../http/deadline.ts'
import type { Neighbour } from '../http/neighbour.ts'
import { mayBeDone, Refused } from '../http/refused.ts'
import { courtesyMs } from '../patience.ts'
import type { PlacedOrder } from './orderBook.ts'
import { type Outcome, type Step, step } from './outcome.ts'
import type { Undo } from './undo.ts'

export interface Neighbours {
  readonly stock: Neighbour
  readonly billing: Neighbour
  readonly shipping: Neighbour
  readonly loyalty: Neighbour
  readonly email: Neighbour
}

export interface Steps {
  /** @throws Refused when the order cannot be finished; what was done of it is being undone then */
  finish(order: PlacedOrder, deadline: Deadline): Promise<Outcome>
}

/**
 * First what can be put back (stock), then what costs the customer something (money), then all the rest side by side.
 * An order without its parcel has failed; one without points or mail has not.
 */
export function stepsWith(neighbours: Neighbours, undo: Undo, log: Log): Steps {
  const ask = async (name: keyof Neighbours, path: string, order: PlacedOrder, body: object, deadline: Deadline) => {
    const answer = await neighbours[name]({ path, key: order.request_key, body: { orderId: order.order_id, ...body }, deadline })
    if (answer.status < 300 || answer.status === 402 || answer.status === 409) return answer
    throw new Refused(`${name} refuses order ${order.order_id}: ${JSON.stringify(answer.body)}`, { status: 502, isTried: true })
  }

  /** @returns nothing when it could not be done: the order stands without it */
  const courtesy = async (
    name: 'loyalty' | 'email',
    path: string,
    type: string,
    ...rest: CourtesyParameters
  ): Promise<Step[]> => {
    const [order, body, deadline] = rest
    try {
      const answer = await ask(name, path, order, body, deadline.atMost(courtesyMs))
      return [step(type, answer.body as object)]
    } catch (error) {
      log.warn({ orderId: order.order_id, reason: (error as Error).message }, `an order goes without ${name}`)
      return []
    }
  }

  const reserve = (order: PlacedOrder, deadline: Deadline) =>
    ask('stock', '/reservations', order, { lines: order.lines.map(({ sku, quantity }) => ({ sku, quantity })) }, deadline).catch(
      (error: unknown) => {
        if (mayBeDone(error)) undo.reservation(order)
        throw error
      },
    )

  const charge = (order: PlacedOrder, deadline: Deadline) =>
    ask('billing', '/charges', order, money(order), deadline).catch((error: unknown) => {
      undo.reservation(order)
      if (mayBeDone(error)) undo.payment(order)
      throw error
    })

  const ship = (order: PlacedOrder, deadline: Deadline) =>
    ask('shipping', '/shipments', order, { lines: order.lines }, deadline).catch((error: unknown) => {
      undo.reservation(order)
      undo.payment(order)
      throw error
    })

  return {
    async finish(order, deadline) {
      const total = order.total_cents
      const placed = step('OrderPlaced')
      const reserved = await reserve(order, deadline)
      if (reserved.status === 409)
        return {
          status: 'rejected',
          totalCents: total,
          history: [placed, step('StockReservationRejected', reserved.body as object)],
        }

      const billed = await charge(order, deadline)
      if (billed.status === 402) {
        undo.reservation(order)
        return { status: 'declined', totalCents: total, history: [placed, step('PaymentDeclined', billed.body as object)] }
      }
      const history = [placed, step('StockReserved'), step('OrderBilled', { amountCents: total, currency: order.currency })]
      const { chargeId } = billed.body as { chargeId: string }

      const [shipped, points, mail] = await Promise.all([
        ship(order, deadline),
        courtesy('loyalty', '/points', 'PointsAwarded', order, money(order), deadline),
        courtesy(
          'email',
          '/confirmations',
          'CustomerNotified',
          order,
          { ...money(order), email: order.email, chargeId },
          deadline,
        ),
      ])
      return {
        status: 'shipped',
        totalCents: total,
        history: [...history, step('OrderShipped', shipped.body as object), ...points, ...mail],
      }
    },
  }
}

type CourtesyParameters = [order: PlacedOrder, body: object, deadline: Deadline]

const money = ({ customer_id, total_cents, currency }: PlacedOrder) => ({
  customerId: customer_id,
  amountCents: total_cents,
  currency,
})
