import { uuid5, uuid7 } from '@petrel/messaging'

/** Namespaces of our own, drawn once: changing one would make a repeated request a second order. */
const namespaces = {
  order: '5f1f0a51-0f0e-4f0e-9a62-3c2c8f6f0d11',
  placeOrder: 'c1b1f0de-74b7-4a39-8f7e-0b8f5a0a7d52',
  cancelOrder: '0d9d5a36-52f5-4c0b-b8a7-6a3f1c9e2b93',
} as const

export interface PlacementIds {
  readonly orderId: string
  readonly messageId: string
}

/**
 * The ids under which a request is handed over. They follow from the idempotency key alone, so a repeated request names
 * the same order in any replica without asking a database, and the inbox of sales drops the second message.
 */
export function placementIds(idempotencyKey: string | undefined): PlacementIds {
  if (idempotencyKey === undefined) return { orderId: uuid7(), messageId: uuid7() }
  return {
    orderId: uuid5(namespaces.order, idempotencyKey),
    messageId: uuid5(namespaces.placeOrder, idempotencyKey),
  }
}

/** The id of a cancellation; without a key each click is a wish of its own, and sales knows what was cancelled before. */
export function cancellationId(orderId: string, idempotencyKey: string | undefined): string {
  return idempotencyKey === undefined ? uuid7() : uuid5(namespaces.cancelOrder, `${orderId} ${idempotencyKey}`)
}

/** The idempotency key of the n-th order of a batch: from it any replica knows the ids of all orders of that batch. */
export const batchKey = (batch: string, index: number): string => `${batch}/${index}`
