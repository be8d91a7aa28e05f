import { type Endpoint, endpoint } from '../../definition/endpoint.ts'
import {
  handler,
  type Handler,
  type HandlerContext,
  type TransactionalContext,
  transactionalHandler,
} from '../../definition/handler.ts'
import { bills, type NumberedOrder, OrderBilled, OrderPlaced } from './messages.ts'

/** One run of the handler. */
export interface Run {
  readonly id: string
  readonly orderId: string
  readonly number: number
  readonly attempt: number
}

export interface Billing {
  readonly endpoint: Endpoint
  /** In the order in which they began. */
  readonly runs: readonly Run[]
  /** The number of each run's message, in the same order. */
  readonly numbers: () => number[]
}

/** What the handler does after it has recorded a row and an event. @param run 1 for the first run of this message */
type ThenDo<Context> = (order: NumberedOrder, context: Context, run: number) => void | Promise<void>

type Changes = Partial<Parameters<typeof endpoint>[0]>

/** An endpoint that bills orders: it records a row and an event for each, and then does what the test wants. */
export function billing(thenDo: ThenDo<HandlerContext> = () => {}, changes: Changes = {}): Billing {
  const { handle, ...rest } = recordingRuns(thenDo)
  return { ...rest, endpoint: billingWith(handler(OrderPlaced, handle), changes) }
}

/** The same with a transactional handler. */
export function transactionalBilling(thenDo: ThenDo<TransactionalContext>, changes: Changes = {}): Billing {
  const { handle, ...rest } = recordingRuns(thenDo)
  return { ...rest, endpoint: billingWith(transactionalHandler(OrderPlaced, handle), changes) }
}

const billingWith = (billOrder: Handler, changes: Changes) =>
  endpoint({ name: 'billing', handlers: [billOrder], produces: [OrderBilled], partitions: 1, ...changes })

function recordingRuns<Context extends HandlerContext>(thenDo: ThenDo<Context>) {
  const runs: Run[] = []
  const handle = async (order: NumberedOrder, context: Context) => {
    const { message, insert, publish } = context
    runs.push({ ...order, id: message.id, attempt: message.attempt })
    insert(bills, { message_id: message.id, order_id: order.orderId, number: order.number })
    publish(OrderBilled(order))
    await thenDo(order, context, runs.filter(({ id }) => id === message.id).length)
  }
  return { handle, runs, numbers: () => runs.map(({ number }) => number) }
}

export const placed = (number: number, orderId = `order-${number}`) => OrderPlaced({ orderId, number })
