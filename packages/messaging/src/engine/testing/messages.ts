import { command, event, timeout } from '../../definition/message.ts'
import { table } from '../../definition/table.ts'

/** All messages here look alike: what matters is how they are handled. */
export interface Step {
  readonly orderId: string
  readonly number: number
}

const described = (owner: string, name: string, topic: string) => ({
  fullName: `${owner}.${name}`,
  owner,
  topic: `${owner}.${topic}`,
  key: 'orderId',
  schema: {
    type: 'record',
    name,
    namespace: owner,
    fields: [
      { name: 'orderId', type: 'string' },
      { name: 'number', type: 'int' },
    ],
  },
})

export const OrderPlaced = event<Step>(described('sales', 'OrderPlaced', 'order-placed'))
export const OrderCancelled = event<Step>(described('sales', 'OrderCancelled', 'order-cancelled'))
export const RefundOrder = command<Step>(described('billing', 'RefundOrder', 'refund-order'))
export const OrderBilled = event<Step>(described('billing', 'OrderBilled', 'order-billed'))
export const PaymentOverdue = timeout<Step>(described('billing', 'PaymentOverdue', 'payment-overdue'))

export const everyMessage = [OrderPlaced, OrderCancelled, RefundOrder, OrderBilled, PaymentOverdue]

export const bills = table('bills', { message_id: 'text', order_id: 'text', number: 'integer' })
