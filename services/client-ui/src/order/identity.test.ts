import { expect, test } from 'vitest'
import { cancellationId, placementIds } from './identity.ts'

const uuid = (version: number) => new RegExp(`^[0-9a-f]{8}-[0-9a-f]{4}-${version}[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

test('the same idempotency key names the same order and the same message, in any process', () => {
  expect(placementIds('ada', 'basket-42')).toEqual(placementIds('ada', 'basket-42'))
  expect(placementIds('ada', 'basket-42')).toEqual(expect.objectContaining({ orderId: expect.stringMatching(uuid(5)) as string }))
  // Written down: another value after a change of the code would turn a repeated request into a second order.
  expect(placementIds('ada', 'basket-42').orderId).toBe('56e6ea6a-8449-512a-93d0-f48b5d919c8e')
})

test('an order and its message never share an id', () => {
  const { orderId, messageId } = placementIds('ada', 'basket-42')
  expect(orderId).not.toBe(messageId)
})

test('another key is another order', () => {
  expect(placementIds('ada', 'basket-42').orderId).not.toBe(placementIds('ada', 'basket-43').orderId)
})

test('the same key of another customer is another order', () => {
  expect(placementIds('ada', 'basket-42').orderId).not.toBe(placementIds('bob', 'basket-42').orderId)
})

test('without a key every request is an order of its own', () => {
  expect(placementIds('ada', undefined).orderId).toMatch(uuid(7))
  expect(placementIds('ada', undefined)).not.toEqual(placementIds('ada', undefined))
})

test('a cancellation is known by its key and its order together', () => {
  expect(cancellationId('order-1', 'key')).toBe('950d208b-317e-5778-911e-61c39cdedd36')
  expect(cancellationId('order-1', 'key')).not.toBe(cancellationId('order-2', 'key'))
  expect(cancellationId('order-1', undefined)).not.toBe(cancellationId('order-1', undefined))
})
