import type { SagaStep } from '@petrel/messaging/operations'
import { expect, test } from 'vitest'
import type { Definition } from '../monitoring/definition.ts'
import type { Handling } from './conversation.ts'
import { sagasOf } from './sagas.ts'
import { aHandling } from './testing/handlings.ts'

const handling = (id: string, type: string, { endpoint = 'shipping', ...fields }: Partial<Handling> = {}): Handling =>
  aHandling(id, endpoint, { type, topic: type, delivery: `${type}/0/5`, handler: null, saga: 'ShippingPolicy', ...fields })

const did = (change: SagaStep['change'], timeouts: SagaStep['timeouts'] = []): Partial<Handling> => ({
  sagaStep: { change, timeouts },
})

const hears = (...types: readonly string[]): ReadonlyMap<string, Definition> => {
  const handles = types.map((type) => ({
    type,
    topic: type,
    kind: type.endsWith('IsDue') ? ('timeout' as const) : ('event' as const),
    handler: 'ShippingPolicy',
    saga: 'ShippingPolicy',
  }))
  return new Map([['shipping', { handles, produces: [], delayed: [], partitions: 1, groups: [] }]])
}

test('sagas are named once each, by the id of their state', () => {
  const sagas = sagasOf(
    [
      handling('m', 'OrderPlaced'),
      handling('n', 'OrderBilled'),
      handling('o', 'OrderBilled', { endpoint: 'billing', saga: 'RefundPolicy', sagaId: 'charge-7' }),
      handling('p', 'OrderBilled', { endpoint: 'email', saga: null }),
    ],
    new Map(),
  )
  expect(sagas.map(({ saga, id, endpoint, state }) => [saga, id, endpoint, state])).toEqual([
    ['ShippingPolicy', '42', 'shipping', 'unknown'],
    ['RefundPolicy', 'charge-7', 'billing', 'unknown'],
  ])
})

test('a saga tells what it has heard in the order of time, for what it may still wait, and which timeouts are to come', () => {
  const due = { id: 't-1', type: 'ShipmentIsDue', dueAt: 61_000 }
  const [saga] = sagasOf(
    [
      handling('n', 'StockReserved', { ...did('begun'), startedAt: 1_700 }),
      handling('m', 'OrderPlaced', did('begun', [due])),
      handling('x', 'OrderBilled', { ...did('changed'), outcome: 'retried' }),
    ],
    hears('OrderPlaced', 'StockReserved', 'OrderBilled', 'ShipmentIsDue'),
  )
  expect(saga).toEqual({
    saga: 'ShippingPolicy',
    id: '42',
    endpoint: 'shipping',
    state: 'running',
    steps: [
      { messageId: 'm', type: 'OrderPlaced', at: new Date(1_500), change: 'begun' },
      { messageId: 'n', type: 'StockReserved', at: new Date(1_700), change: 'changed' },
    ],
    timeouts: [{ type: 'ShipmentIsDue', dueAt: new Date(61_000), hasCome: false }],
    notHeard: ['OrderBilled'],
  })
})

test('a saga that is complete waits for nothing, and what came later was ignored', () => {
  const due = { id: 't-1', type: 'ShipmentIsDue', dueAt: 61_000 }
  const [saga] = sagasOf(
    [
      handling('m', 'OrderPlaced', did('begun', [due])),
      handling('n', 'OrderBilled', { ...did('completed'), startedAt: 1_600 }),
      handling('t-1', 'ShipmentIsDue', { ...did('ignored'), startedAt: 61_000 }),
    ],
    hears('OrderPlaced', 'OrderBilled', 'StockReserved'),
  )
  expect(saga).toMatchObject({ state: 'completed', timeouts: [{ hasCome: true }], notHeard: [] })
  expect(saga?.steps.map(({ change }) => change)).toEqual(['begun', 'completed', 'ignored'])
})

test('a saga that was never there is said to be absent', () => {
  expect(sagasOf([handling('m', 'OrderBilled', did('ignored'))], new Map())).toMatchObject([{ state: 'absent', notHeard: [] }])
})
