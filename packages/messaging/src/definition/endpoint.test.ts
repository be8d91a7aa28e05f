import { expect, test } from 'vitest'
import { endpoint } from './endpoint.ts'
import { handler } from './handler.ts'
import { command, event } from './message.ts'
import { saga } from './saga.ts'

const PlaceOrder = command<{ orderId: string }>({
  fullName: 'sales.PlaceOrder',
  owner: 'sales',
  topic: 'sales.place-order',
  key: 'orderId',
  schema: 'string',
})
const OrderPlaced = event<{ orderId: string }>({
  fullName: 'sales.OrderPlaced',
  owner: 'sales',
  topic: 'sales.order-placed',
  key: 'orderId',
  schema: 'string',
})
const placeOrder = handler(PlaceOrder, () => {})

test('an endpoint has defaults that are safe in production', () => {
  expect(endpoint({ name: 'sales', handlers: [placeOrder] })).toMatchObject({
    partitions: 6,
    concurrency: 16,
    from: 'earliest',
    recoverability: { immediate: 2, delayed: ['2s', '4s', '8s'] },
  })
})

test('an endpoint can change one part of recoverability and keep the other defaults', () => {
  expect(endpoint({ name: 'sales', recoverability: { immediate: 0 } }).recoverability).toMatchObject({
    immediate: 0,
    delayed: ['2s', '4s', '8s'],
  })
})

test.each([
  {
    mistake: 'two handlers for one message',
    define: () => endpoint({ name: 'sales', handlers: [placeOrder, placeOrder] }),
    error: /PlaceOrder has two handlers/,
  },
  {
    mistake: 'a handler and a saga for one message',
    define: () =>
      endpoint({ name: 'sales', handlers: [placeOrder], sagas: [saga('p', () => ({})).on(PlaceOrder, 'orderId', () => {})] }),
    error: /PlaceOrder has two handlers/,
  },
  {
    mistake: 'handling a command of another endpoint',
    define: () => endpoint({ name: 'billing', handlers: [placeOrder] }),
    error: /only its owner handles it/,
  },
  {
    mistake: 'publishing an event of another endpoint',
    define: () => endpoint({ name: 'billing', produces: [OrderPlaced] }),
    error: /only its owner publishes it/,
  },
  {
    mistake: 'a name that cannot be part of a topic name',
    define: () => endpoint({ name: 'Sales Desk' }),
    error: /lower case letters/,
  },
  {
    mistake: 'two retries with the same delay',
    define: () => endpoint({ name: 'sales', recoverability: { delayed: ['2s', '2s'] } }),
    error: /same delay/,
  },
  { mistake: 'a concurrency of 0', define: () => endpoint({ name: 'sales', concurrency: 0 }), error: /concurrency is 0/ },
  { mistake: 'half a partition', define: () => endpoint({ name: 'sales', partitions: 1.5 }), error: /partitions is 1.5/ },
  {
    mistake: 'a negative number of retries',
    define: () => endpoint({ name: 'sales', recoverability: { immediate: -1 } }),
    error: /immediate is -1/,
  },
])('$mistake is refused when the endpoint is defined', ({ define, error }) => {
  expect(define).toThrow(error)
})
