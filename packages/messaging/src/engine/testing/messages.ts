import { command, event, timeout } from '../../definition/message.ts'
import { table } from '../../definition/table.ts'

/** The data of every message here: these tests are about how messages are handled, not about what they hold. */
export interface NumberedOrder {
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

export const OrderPlaced = event<NumberedOrder>(described('sales', 'OrderPlaced', 'order-placed'))
export const OrderCancelled = event<NumberedOrder>(described('sales', 'OrderCancelled', 'order-cancelled'))
export const OrderRenamed = event<NumberedOrder>(described('sales', 'OrderRenamed', 'order-renamed'))
export const RefundOrder = command<NumberedOrder>(described('billing', 'RefundOrder', 'refund-order'))
export const InvoiceOrder = command<NumberedOrder>(described('billing', 'InvoiceOrder', 'invoice-order'))
export const OrderBilled = event<NumberedOrder>(described('billing', 'OrderBilled', 'order-billed'))
export const PaymentOverdue = timeout<NumberedOrder>(described('billing', 'PaymentOverdue', 'payment-overdue'))

export const everyMessage = [OrderPlaced, OrderCancelled, OrderRenamed, RefundOrder, InvoiceOrder, OrderBilled, PaymentOverdue]

export const bills = table('bills', { message_id: 'text', order_id: 'text', number: 'integer' })
