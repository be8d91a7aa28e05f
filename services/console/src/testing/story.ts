// What the fake console tells: a shop at night, in which sales cannot price, and a gateway does not answer.

/** A failed message, as `GET /api/failures/{id}` has it, with what is needed to group it. */
export interface StoryFailure {
  readonly id: string
  readonly messageId: string
  readonly source: string
  readonly endpoint: string
  readonly type: string | null
  readonly key: string | null
  readonly conversationId: string
  readonly traceId: string | null
  readonly errorType: string
  readonly errorMessage: string
  readonly frame: string | null
  readonly handler: string | null
  readonly attempts: number
  replays: number
  state: 'unresolved' | 'replayRequested' | 'resolved' | 'archived'
  readonly firstFailedAt: string
  lastFailedAt: string
  readonly sentAt: string
  readonly groupId: string
  readonly decodable: boolean
  readonly foreign: 'spring' | 'connect' | 'watermill' | null
}

/** A UUID that is the same each time. */
export const idOf = (number: number, kind = 1): string =>
  `0197${kind.toString(16).padStart(4, '0')}-4c1e-7a10-8f00-${number.toString(16).padStart(12, '0')}`

const kinds = {
  pricing: {
    group: idOf(1, 9),
    endpoint: 'sales',
    type: 'sales.PlaceOrder',
    errorType: 'TypeError',
    errorMessage: "Cannot read properties of undefined (reading 'unitCents')",
    frame: 'placeOrder.ts:14',
    handler: 'placeOrder',
    attempts: 13,
  },
  gateway: {
    group: idOf(2, 9),
    endpoint: 'billing',
    type: 'sales.OrderPlaced',
    errorType: 'GatewayTimeout',
    errorMessage: 'The payment gateway did not answer within 2 s',
    frame: 'gateway.ts:31',
    handler: 'billOrder',
    attempts: 13,
  },
  unreadable: {
    group: idOf(3, 9),
    endpoint: 'loyalty',
    type: null,
    errorType: 'UnknownSchema',
    errorMessage: 'The registry has no schema 4711',
    frame: null,
    handler: null,
    attempts: 1,
  },
  spring: {
    group: idOf(4, 9),
    endpoint: 'invoices',
    type: null,
    errorType: 'java.lang.IllegalStateException',
    errorMessage: 'Invoice 77 has no address',
    frame: 'InvoiceListener.java:48',
    handler: null,
    attempts: 1,
  },
} as const
export type StoryKind = keyof typeof kinds

export const groupIdOf = (kind: StoryKind): string => kinds[kind].group

interface Circumstances {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly state?: StoryFailure['state']
  readonly replays?: number
}

/** One failed message of a kind. @param number makes its ids */
export function failureOf(
  kind: StoryKind,
  number: number,
  { at, state = 'unresolved', replays = 0 }: Circumstances,
): StoryFailure {
  const { group, ...same } = kinds[kind]
  const time = new Date(at).toISOString()
  return {
    ...same,
    id: idOf(number, 1),
    messageId: idOf(number, 2),
    source: 'client-ui',
    key: kind === 'unreadable' ? null : idOf(number, 3),
    conversationId: idOf(number, 4),
    traceId: number.toString(16).padStart(32, '4'),
    replays,
    state,
    firstFailedAt: new Date(at - 14_000).toISOString(),
    lastFailedAt: time,
    sentAt: new Date(at - 14_300).toISOString(),
    groupId: group,
    decodable: kind !== 'unreadable',
    foreign: kind === 'spring' ? 'spring' : null,
  }
}

const minute = 60_000

/** Seven that nobody has looked at, and forty that somebody put away yesterday. */
export const sevenFailures = (now: number): StoryFailure[] => [
  ...[20_000, 70_000, 130_000, 200_000, 238_000].map((ago, at) => failureOf('pricing', at + 1, { at: now - ago })),
  failureOf('gateway', 11, { at: now - 125 * minute, replays: 1 }),
  failureOf('gateway', 12, { at: now - 127 * minute }),
  ...Array.from({ length: 40 }, (_, at) =>
    failureOf('unreadable', 100 + at, { at: now - 26 * 60 * minute - at * 1_000, state: 'archived' }),
  ),
]

/** What a long night without anybody looks like. */
export const manyFailures = (now: number, count = 100_000): StoryFailure[] =>
  Array.from({ length: count }, (_, at) =>
    failureOf(at % 10 < 7 ? 'pricing' : at % 10 < 9 ? 'gateway' : 'spring', at + 1, { at: now - at * 250 }),
  )

const placeOrderSchema = {
  type: 'record',
  namespace: 'sales',
  name: 'PlaceOrder',
  doc: 'Asks sales to accept an order.',
  fields: [
    { name: 'orderId', doc: 'Which order; chosen once, when the order was placed.', type: 'string' },
    { name: 'customerId', doc: 'Which customer placed the order.', type: 'string' },
    { name: 'email', doc: "The customer's e-mail address, as given with the order.", pii: true, type: 'string' },
    {
      name: 'lines',
      doc: 'What is ordered, at least one line.',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'OrderLine',
          fields: [
            { name: 'sku', doc: 'Stock keeping unit: which product.', type: 'string' },
            { name: 'quantity', doc: 'How many pieces, at least 1.', type: 'int' },
          ],
        },
      },
    },
    {
      name: 'acceptedAt',
      doc: 'When the shop accepted the order; null when the sender does not say.',
      type: ['null', { type: 'long', logicalType: 'timestamp-millis' }],
      default: null,
    },
  ],
}

const bodyOf = ({ key, sentAt }: StoryFailure, email: string) => ({
  orderId: key,
  customerId: 'ada',
  email,
  lines: [
    { sku: 'tea-500', quantity: 2 },
    { sku: 'storm-cup', quantity: 1 },
  ],
  acceptedAt: sentAt,
})

const stackOf = ({ errorType, errorMessage, frame, handler }: StoryFailure) =>
  frame === null
    ? `${errorType}: ${errorMessage}\n    at decode (packages/messaging/src/codec/codec.ts:88:11)`
    : [
        `${errorType}: ${errorMessage}`,
        `    at priceOf (services/sales/src/${frame}:31)`,
        `    at ${handler ?? 'handle'} (services/sales/src/${frame}:9)`,
        '    at attemptOnce (packages/messaging/src/engine/attempt.ts:61:22)',
        '    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)',
      ].join('\n')

const entry = (at: string, what: string, more: object = {}) => ({ at, what, by: null, attempt: null, detail: null, ...more })

function historyOf({ sentAt, lastFailedAt, errorType, errorMessage, replays, state }: StoryFailure) {
  const after = (ms: number) => new Date(Date.parse(sentAt) + ms).toISOString()
  return [
    entry(sentAt, 'sent', { detail: 'by client-ui' }),
    entry(after(40), 'failed', { attempt: 1, detail: `${errorType}, four times at once` }),
    entry(after(2_050), 'retried', { attempt: 5, detail: 'after 2 s' }),
    entry(after(6_100), 'retried', { attempt: 8, detail: 'after 4 s' }),
    entry(lastFailedAt, 'deadLettered', { attempt: 13, detail: `${errorType}: ${errorMessage}` }),
    ...(replays > 0 ? [entry(after(60_000), 'replayed', { by: 'grace' })] : []),
    ...(state === 'archived' ? [entry(after(90_000), 'archived', { by: 'grace', detail: 'a producer that is gone' })] : []),
  ]
}

const headersOf = ({ messageId, type, conversationId }: StoryFailure, isOpen: boolean) => [
  { name: 'ce_id', value: messageId, kind: 'locked' },
  { name: 'ce_type', value: type ?? '', kind: 'locked' },
  { name: 'ce_source', value: 'client-ui', kind: 'locked' },
  { name: 'ce_conversationid', value: conversationId, kind: 'locked' },
  { name: 'x-campaign', value: 'spring-sale', kind: 'own' },
  { name: 'x-session-token', value: isOpen ? '5f1c2b' : '•••', kind: 'sensitive' },
]

/** Everything about one failure. @param isOpen with personal data */
export function detailOf(failure: StoryFailure, isOpen = false): object {
  const { decodable, endpoint } = failure
  const number = Number.parseInt(failure.id.slice(-12), 16)
  return {
    ...failure,
    body: decodable ? bodyOf(failure, isOpen ? 'ada@example.org' : 'a••@••') : null,
    bodyHex: decodable || !isOpen ? null : '0000001267'.concat('06616461'.repeat(12)),
    bodyProblem: decodable
      ? null
      : 'The body says it was written with schema 4711, and the registry has no schema of that number (HTTP 404).',
    bodyMasked: decodable && !isOpen,
    headers: headersOf(failure, isOpen),
    errorStack: stackOf(failure),
    history: historyOf(failure),
    original: { topic: 'sales.place-order', partition: number % 6, offset: String(1_200 + number) },
    deadLetter: { topic: `${endpoint}.dlt`, partition: number % 6, offset: String(number) },
    schema: decodable ? placeOrderSchema : null,
    outlivedInbox: false,
    editOf: null,
    editedAs: null,
    traceUrl: null,
  }
}

/** What the form of "edit and replay" begins with. */
export const editableOf = (failure: StoryFailure): object => ({
  schema: placeOrderSchema,
  body: bodyOf(failure, '•••'),
  headers: headersOf(failure, false),
})

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

const message = (conversation: string, { number, type, from, at, cause, handled: by, waiting = [] }: Said) => ({
  id: `${conversation.slice(-12)}-${number}`,
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
  const placing = message(conversationId, {
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
  const said = (each: Said) => message(conversationId, each)
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
  const conversationId = idOf(number, 5)
  const said = (each: Said) => message(conversationId, each)
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
  return { conversationId, key: idOf(number, 3), messages }
}
