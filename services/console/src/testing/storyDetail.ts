import type { StoryFailure } from './story.ts'

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
