import { OrderRefunded, OrderShipped } from '@petrel/contracts'
import { saga } from '@petrel/messaging'
import { ReviewDue, ReviewRequested } from './messages.ts'

/** Asks a customer for a review a week after the order was shipped, unless it is refunded by then. */
export const reviewPolicy = saga('review-policy', () => ({}))
  .startedBy(OrderShipped, 'orderId', ({ orderId }, { requestTimeout }) => requestTimeout(ReviewDue({ orderId }), '7d'))
  .on(OrderRefunded, 'orderId', (_, { complete }) => complete())
  .timeout(ReviewDue, ({ orderId }, { publish, complete }) => {
    publish(ReviewRequested({ orderId }))
    complete()
  })
