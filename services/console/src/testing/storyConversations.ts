import { idOf, type StoryFailure } from './story.ts'

const handled = (endpoint: string, handler: string, at: number, durationMs: number, more: object = {}) => ({
  endpoint,
  handler,
  saga: null,
  outcome: 'handled',
  attempt: 1,
  startedAt: new Date(at).toISOString(),
  durationUs: durationMs * 1_000,
  errorType: null,
  failureId: null,
  instance: idOf(1, 70 + endpoint.length),
  ...more,
})

interface Said {
  readonly number: number
  readonly type: string
  readonly from: string
  readonly at: number
  readonly cause?: number
  readonly handled: readonly object[]
  readonly waiting?: readonly string[]
}

const message = (
  conversation: string,
  key: string | null,
  { number, type, from, at, cause, handled: by, waiting = [] }: Said,
) => ({
  id: `${conversation.slice(-12)}-${number}`,
  key,
  type,
  kind: /Order$|Stock$/.test(type) ? 'command' : 'event',
  from,
  sentAt: new Date(at).toISOString(),
  causationId: cause === undefined ? null : `${conversation.slice(-12)}-${cause}`,
  topic: type.toLowerCase(),
  handled: by,
  waiting,
})

/** An order of which the first message fails in sales. */
function stuckConversation(failure: StoryFailure): object {
  const { conversationId, key, traceId, id, errorType, handler } = failure
  const at = Date.parse(failure.sentAt)
  const tried = (after: number, attempt: number, outcome: string) =>
    handled('sales', handler ?? 'placeOrder', at + after, 3, {
      outcome,
      attempt,
      errorType,
      failureId: outcome === 'deadLettered' ? id : null,
    })
  const placing = message(conversationId, key, {
    number: 1,
    type: 'sales.PlaceOrder',
    from: 'client-ui',
    at,
    handled: [
      tried(40, 4, 'retried'),
      tried(2_050, 8, 'retried'),
      tried(6_100, 12, 'retried'),
      tried(14_200, 13, 'deadLettered'),
    ],
  })
  return { conversationId, key, traceId, messages: [placing], sagas: [] }
}

/** An order that was placed, reserved and not billed. */
function unbilledConversation(failure: StoryFailure): object {
  const { conversationId, key, traceId, id, errorType } = failure
  const at = Date.parse(failure.sentAt)
  const said = (each: Said) => message(conversationId, key, each)
  const messages = [
    said({
      number: 1,
      type: 'sales.PlaceOrder',
      from: 'client-ui',
      at: at - 90,
      handled: [handled('sales', 'placeOrder', at - 62, 4.1)],
    }),
    said({
      number: 2,
      type: 'sales.OrderPlaced',
      from: 'sales',
      at,
      cause: 1,
      handled: [
        handled('stock', 'reserveStock', at + 24, 6.2),
        handled('shipping', 'ShippingPolicy', at + 31, 2.4, { saga: 'ShippingPolicy' }),
        handled('billing', 'billOrder', at + 28, 2_004, { outcome: 'retried', errorType }),
        handled('billing', 'billOrder', at + 6_100, 2_003, { outcome: 'retried', attempt: 8, errorType }),
        handled('billing', 'billOrder', at + 12_100, 2_002, { outcome: 'deadLettered', attempt: 13, errorType, failureId: id }),
        handled('client-ui', 'recordHistory', at + 22, 1.1),
      ],
    }),
    said({
      number: 3,
      type: 'stock.StockReserved',
      from: 'stock',
      at: at + 31,
      cause: 2,
      handled: [
        handled('shipping', 'ShippingPolicy', at + 58, 2.1, { saga: 'ShippingPolicy' }),
        handled('client-ui', 'recordHistory', at + 52, 0.9),
      ],
    }),
  ]
  const step = (number: number, after: number, type: string, change: string) => ({
    messageId: `${conversationId.slice(-12)}-${number}`,
    type,
    at: new Date(at + after).toISOString(),
    change,
  })
  const sagas = [
    {
      saga: 'ShippingPolicy',
      id: key,
      endpoint: 'shipping',
      state: 'running',
      steps: [step(2, 33, 'sales.OrderPlaced', 'begun'), step(3, 60, 'stock.StockReserved', 'changed')],
      timeouts: [{ type: 'shipping.ShipmentOverdue', dueAt: new Date(at + 86_400_000).toISOString(), hasCome: false }],
      notHeard: ['billing.OrderBilled'],
    },
  ]
  return { conversationId, key, traceId, messages, sagas }
}

export const conversationOf = (failure: StoryFailure): object =>
  failure.endpoint === 'billing' ? unbilledConversation(failure) : stuckConversation(failure)

/** An order that went well, with all that it led to. */
export function wellConversation(number: number, at: number): { conversationId: string; key: string; messages: object[] } {
  const [conversationId, key] = [idOf(number, 5), idOf(number, 3)]
  const said = (each: Said) => message(conversationId, key, each)
  const messages = [
    said({ number: 1, type: 'sales.PlaceOrder', from: 'client-ui', at, handled: [handled('sales', 'placeOrder', at + 21, 3.8)] }),
    said({
      number: 2,
      type: 'sales.OrderPlaced',
      from: 'sales',
      at: at + 26,
      cause: 1,
      handled: [
        handled('billing', 'billOrder', at + 49, 38),
        handled('stock', 'reserveStock', at + 47, 5.1),
        handled('shipping', 'ShippingPolicy', at + 52, 2.2, { saga: 'ShippingPolicy' }),
      ],
    }),
    said({
      number: 3,
      type: 'billing.OrderBilled',
      from: 'billing',
      at: at + 88,
      cause: 2,
      handled: [
        handled('email', 'mailBill', at + 110, 21),
        handled('loyalty', 'awardPoints', at + 108, 2.7),
        handled('shipping', 'ShippingPolicy', at + 112, 2.4, { saga: 'ShippingPolicy' }),
      ],
    }),
    said({
      number: 4,
      type: 'stock.StockReserved',
      from: 'stock',
      at: at + 53,
      cause: 2,
      handled: [handled('shipping', 'ShippingPolicy', at + 74, 2.1, { saga: 'ShippingPolicy' })],
    }),
    said({
      number: 5,
      type: 'shipping.OrderShipped',
      from: 'shipping',
      at: at + 116,
      cause: 3,
      handled: [handled('client-ui', 'recordHistory', at + 139, 0.9)],
    }),
    said({
      number: 6,
      type: 'email.CustomerNotified',
      from: 'email',
      at: at + 133,
      cause: 3,
      handled: [handled('client-ui', 'recordHistory', at + 158, 0.8)],
    }),
    said({
      number: 7,
      type: 'loyalty.PointsAwarded',
      from: 'loyalty',
      at: at + 112,
      cause: 3,
      handled: [handled('client-ui', 'recordHistory', at + 137, 0.7)],
    }),
  ]
  return { conversationId, key, messages }
}
