import type { JourneyStep } from '@petrel/messaging/operations'
import { expect, test } from 'vitest'
import { timeline } from './timeline.ts'

const plain = { paint: (_: unknown, text: string) => text }
const begin = Date.parse('2026-01-02T03:04:05.000Z')

function step(kind: JourneyStep['kind'], id: string, after: number, more: Partial<JourneyStep> = {}): JourneyStep {
  return {
    kind,
    id,
    type: `sales.${id}`,
    source: 'sales',
    at: begin + after,
    conversationId: 'c-1',
    causationId: undefined,
    topic: 't',
    partition: 0,
    offset: String(after),
    endpoint: undefined,
    error: undefined,
    ...more,
  }
}

test('a journey reads as a tree of what led to what, with failures below their message', () => {
  const error = { type: 'Error', message: 'The till is closed\nat till.ts:1', attempts: 3 }
  const journey = [
    step('message', 'PlaceOrder', 0, { source: 'client-ui' }),
    step('message', 'OrderPlaced', 12, { causationId: 'PlaceOrder' }),
    step('message', 'StockReserved', 40, { causationId: 'OrderPlaced', source: 'stock' }),
    step('retry', 'OrderPlaced', 50, { endpoint: 'billing', error }),
    step('dead-letter', 'OrderPlaced', 2100, { endpoint: 'billing', error: { ...error, attempts: 6 } }),
    step('replay', 'OrderPlaced', 64_000, { endpoint: 'billing' }),
    step('message', 'OrderBilled', 64_020, { causationId: 'OrderPlaced', source: 'billing' }),
  ]
  expect(timeline(journey, plain)).toEqual([
    '2026-01-02T03:04:05.000Z, 7 records in 1.1 min, conversation c-1',
    '    0 ms  PlaceOrder from client-ui                                     t/0/0',
    '  +12 ms    OrderPlaced from sales                                      t/0/12',
    '  +40 ms      StockReserved from stock                                  t/0/40',
    '  +50 ms      billing will try again: Error: The till is closed         t/0/50',
    '  +2.1 s      billing gave up after 6 tries: Error: The till is closed  t/0/2100',
    '+1.1 min      sent back to billing by a person                          t/0/64000',
    '+1.1 min      OrderBilled from billing                                  t/0/64020',
  ])
})

test('a message that names itself as its cause, or one that is gone, stands at the margin', () => {
  const journey = [step('message', 'A', 0, { causationId: 'A' }), step('message', 'B', 1, { causationId: 'gone' })]
  expect(timeline(journey, plain).slice(1)).toEqual([' 0 ms  A from sales  t/0/0', '+1 ms  B from sales  t/0/1'])
})

test('nothing has no timeline', () => {
  expect(timeline([], plain)).toEqual([])
})
