import { OrderPlaced } from '@petrel/contracts'
import { uuid7 } from '@petrel/messaging'
import type { OutgoingRecord } from '../../packages/messaging/src/broker/port.ts'
import { ce, failure } from '../../packages/messaging/src/headers.ts'

/** How many places in the code fail: each is a group. */
export const places = 50

/** Orders that billing has given up, as its engine writes them. @param encode makes the body of an order */
export function deadLetters(from: number, count: number, encode: (order: object) => Buffer): OutgoingRecord[] {
  return Array.from({ length: count }, (_, index) => deadLetter(from + index, encode))
}

/** The nth order's id: to look for it. */
export const orderId = (number: number): string => `order-${String(number).padStart(7, '0')}`

function deadLetter(number: number, encode: (order: object) => Buffer): OutgoingRecord {
  const id = orderId(number)
  const place = number % places
  const message = `The gateway declined the card of ${id}: code ${place}`
  return {
    topic: 'billing.dlt',
    key: id,
    value: encode(order(id, number)),
    headers: {
      [ce.specversion]: '1.0',
      [ce.id]: uuid7(),
      [ce.type]: OrderPlaced.fullName,
      [ce.source]: 'sales',
      [ce.time]: new Date(Date.now() - 60_000).toISOString(),
      [ce.conversationId]: uuid7(),
      [ce.causationId]: uuid7(),
      [ce.contentType]: 'application/avro',
      [ce.traceparent]: `00-${number.toString(16).padStart(32, '1')}-00f067aa0ba902b7-01`,
      [failure.attempts]: '12',
      [failure.delayedRetries]: '3',
      [failure.originalTopic]: OrderPlaced.topic,
      [failure.originalPartition]: String(number % 6),
      [failure.originalOffset]: String(number),
      [failure.originalTimestamp]: String(Date.now() - 60_000),
      [failure.errorType]: ['CardExpired', 'TypeError', 'GatewayError', 'Unrecoverable'][place % 4],
      [failure.errorMessage]: message,
      [failure.errorStack]: stack(message, place),
      [failure.endpoint]: 'billing',
      [failure.handler]: OrderPlaced.fullName,
      [failure.failedAt]: new Date().toISOString(),
    },
  }
}

const order = (orderId: string, number: number): object => ({
  orderId,
  customerId: `customer-${number % 1_000}`,
  email: `customer-${number % 1_000}@example.com`,
  lines: [
    { sku: 'assam-tgfop', name: 'Assam TGFOP', quantity: 2, unitCents: 1_250 },
    { sku: 'earl-grey', name: 'Earl Grey', quantity: 1, unitCents: 990 },
  ],
  totalCents: 3_490,
  currency: 'EUR',
  placedAt: new Date(),
  acceptedAt: new Date(),
})

/** Ten frames, as a handler's error has. */
const stack = (message: string, place: number): string =>
  [
    `Error: ${message}`,
    ...['client.js:526', 'connection.js:117'].map((at) => `    at Client.query (file:///app/node_modules/pg/lib/${at}:17)`),
    `    at charge (file:///app/services/billing/src/chargeOrder.ts:${place + 1}:9)`,
    ...['attempt.ts:55', 'runHandlers.ts:40', 'batch.ts:120', 'lane.ts:88', 'consumer.ts:31'].map(
      (at) => `    at async step (file:///app/packages/messaging/src/engine/${at}:5)`,
    ),
    '    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)',
  ].join('\n')
