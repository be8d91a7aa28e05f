import { type Endpoint, endpoint } from '../../definition/endpoint.ts'
import { handler, type HandlerContext } from '../../definition/handler.ts'
import { bills, OrderBilled, OrderPlaced, type Step } from './messages.ts'

/** One run of the handler. */
export interface Run {
  readonly id: string
  readonly orderId: string
  readonly number: number
  readonly attempt: number
}

export interface Billing {
  readonly endpoint: Endpoint
  /** As they began. */
  readonly runs: readonly Run[]
  /** Numbers of the messages, as their handlers began. */
  readonly numbers: () => number[]
}

/** What the handler does after it has recorded a row and an event. @param run 1 for the first of this message */
type Act = (step: Step, context: HandlerContext, run: number) => void | Promise<void>

/** An endpoint that bills orders: a row and an event for each, and then whatever the test wants. */
export function billing(act: Act = () => {}, changes: Partial<Parameters<typeof endpoint>[0]> = {}): Billing {
  const runs: Run[] = []
  const billOrder = handler(OrderPlaced, async (step, context) => {
    const { message, insert, publish } = context
    runs.push({ ...step, id: message.id, attempt: message.attempt })
    insert(bills, { message_id: message.id, order_id: step.orderId, number: step.number })
    publish(OrderBilled(step))
    await act(step, context, runs.filter(({ id }) => id === message.id).length)
  })
  return {
    endpoint: endpoint({ name: 'billing', handlers: [billOrder], produces: [OrderBilled], partitions: 1, ...changes }),
    runs,
    numbers: () => runs.map(({ number }) => number),
  }
}

export const placed = (number: number, orderId = `order-${number}`) => OrderPlaced({ orderId, number })
