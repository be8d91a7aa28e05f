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
 * The ids under which a request is handed over. They follow from the customer and the idempotency key alone, so a repeated
 * request names the same order in any replica without asking a database, and the inbox of sales drops the second message.
 * A key belongs to its customer: the same key of somebody else is another order.
 */
export function placementIds(customerId: string, idempotencyKey: string | undefined): PlacementIds {
  if (idempotencyKey === undefined) return { orderId: uuid7(), messageId: uuid7() }
  // A key has no blanks, so two different pairs never make one name.
  const name = `${idempotencyKey} ${customerId}`
  return { orderId: uuid5(namespaces.order, name), messageId: uuid5(namespaces.placeOrder, name) }
}

/** The id of a cancellation; without a key each click is a wish of its own, and sales knows what was cancelled before. */
export function cancellationId(orderId: string, idempotencyKey: string | undefined): string {
  return idempotencyKey === undefined ? uuid7() : uuid5(namespaces.cancelOrder, `${orderId} ${idempotencyKey}`)
}

/** The id of the order at a place of a batch (0, 1, …), as the page places it: any replica knows those of the whole batch. */
export const batchOrderId = (batch: string, customer: string, place: number): string =>
  placementIds(`${customer}-${place + 1}`, `${batch}/${place}`).orderId
