import type { JourneyStep } from '@petrel/messaging/operations'
import { expect, test } from 'vitest'
import { timeline } from './timeline.ts'

/** The lines as they read, without colours. */
const lines = (key: string, steps: readonly JourneyStep[]) =>
  timeline(key, steps).map((parts) => parts.map((part) => (typeof part === 'string' ? part : part.text)).join(''))
const begin = Date.parse('2026-01-02T03:04:05.000Z')

function step(kind: JourneyStep['kind'], id: string, after: number, more: Partial<JourneyStep> = {}): JourneyStep {
  return {
    kind,
    id,
    message: `${more.source ?? 'sales'} ${id}`,
    type: `sales.${id}`,
    messageKind: 'event',
    source: 'sales',
    at: begin + after,
    conversationId: 'c-1',
    traceId: undefined,
    causationId: undefined,
    topic: 't',
    partition: 0,
    offset: String(after),
    endpoint: undefined,
    handler: undefined,
    durationUs: undefined,
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
  expect(lines('o-1', journey)).toEqual([
    'o-1  7 records in 1.1 min  2026-01-02T03:04:05.000Z, conversation c-1',
    '    0 ms  PlaceOrder from client-ui                                     t/0/0',
    '  +12 ms    OrderPlaced from sales                                      t/0/12',
    '  +40 ms      StockReserved from stock                                  t/0/40',
    '  +50 ms      billing will try again: Error: The till is closed         t/0/50',
    '  +2.1 s      billing gave up after 6 tries: Error: The till is closed  t/0/2100',
    '+1.1 min      sent back to billing by a person                          t/0/64000',
    '+1.1 min      OrderBilled from billing                                  t/0/64020',
  ])
})

const alarm = (after: number, more: Partial<JourneyStep> = {}) =>
  step('message', 'ShipmentOverdue', after, { source: 'shipping', messageKind: 'timeout', causationId: 'PlaceOrder', ...more })

test('a timeout that led to no message is marked, and does not count as time that the order took', () => {
  const journey = [step('message', 'PlaceOrder', 0), step('message', 'OrderShipped', 1_200), alarm(30_500)]
  expect(lines('o-1', journey)).toEqual([
    'o-1  2 records in 1.2 s, and 1 timeout that led to no message  2026-01-02T03:04:05.000Z, conversation c-1',
    '   0 ms  PlaceOrder from sales                              t/0/0',
    '+30.5 s    ShipmentOverdue from shipping led to no message  t/0/30500',
    ' +1.2 s  OrderShipped from sales                            t/0/1200',
  ])
})

test('a timeout that led to a message, or could not be handled, counts like any other message', () => {
  const delayed = [alarm(30_000), step('message', 'ShipmentDelayed', 30_010, { causationId: 'ShipmentOverdue' })]
  const failed = [alarm(0), step('dead-letter', 'ShipmentOverdue', 10, { source: 'shipping', endpoint: 'shipping' })]
  for (const journey of [delayed, failed]) expect(lines('o-1', journey)[0]).toMatch(/^o-1 {2}2 records in 10 ms {2}2026/)
})

test('of two messages with one id from two sources each has its own failures', () => {
  const journey = [
    step('message', 'A', 0, { source: 'sales' }),
    step('message', 'A', 1, { source: 'shop' }),
    step('dead-letter', 'A', 2, { source: 'shop', endpoint: 'billing' }),
  ]
  expect(lines('o-1', journey).map((line) => line.replace(/ {2}t\/.*/, '').trimEnd())).toEqual([
    expect.stringContaining('3 records'),
    ' 0 ms  A from sales',
    '+1 ms  A from shop',
    '+2 ms    billing gave up after 1 try: it does not say why',
  ])
})

test('a message that names itself as its cause, or one that is gone, has no indentation', () => {
  const journey = [step('message', 'A', 0, { causationId: 'A' }), step('message', 'B', 1, { causationId: 'gone' })]
  expect(lines('o-1', journey).slice(1)).toEqual([' 0 ms  A from sales  t/0/0', '+1 ms  B from sales  t/0/1'])
})

test('who has handled a message is below it, with how long that took; it is no record', () => {
  const journey = [
    step('message', 'PlaceOrder', 0, { source: 'client-ui' }),
    step('handled', 'PlaceOrder', 8, { source: 'client-ui', endpoint: 'sales', durationUs: 2_600 }),
    step('message', 'OrderPlaced', 12, { causationId: 'PlaceOrder' }),
    step('handled', 'OrderPlaced', 40, { endpoint: 'billing', durationUs: 250 }),
    step('handled', 'OrderPlaced', 45, { endpoint: 'stock', durationUs: 1_200_000 }),
  ]
  expect(lines('o-1', journey)).toEqual([
    'o-1  2 records in 12 ms  2026-01-02T03:04:05.000Z, conversation c-1',
    '  0 ms  PlaceOrder from client-ui         t/0/0',
    ' +8 ms    sales handled it in 2.6 ms      t/0/8',
    '+12 ms    OrderPlaced from sales          t/0/12',
    '+40 ms      billing handled it in 0.3 ms  t/0/40',
    '+45 ms      stock handled it in 1.2 s     t/0/45',
  ])
})

test('a timeout that was handled and led to no message is marked, and so is who has handled it', () => {
  const handled = step('handled', 'ShipmentOverdue', 30_502, {
    ...alarm(0),
    kind: 'handled',
    at: begin + 30_502,
    endpoint: 'shipping',
  })
  const journey = [step('message', 'PlaceOrder', 0), alarm(30_500), handled]
  expect(lines('o-1', journey)[0]).toMatch(/^o-1 {2}1 record in 0 ms, and 1 timeout that led to no message /)
})

test('nothing has no timeline', () => {
  expect(lines('o-1', [])).toEqual([])
})

test('a journey names the trace that its records belong to', () => {
  const traced = { traceId: '0af7651916cd43dd8448eb211c80319c' }
  const journey = [step('message', 'PlaceOrder', 0, traced), step('message', 'OrderPlaced', 1, traced)]
  expect(lines('o-1', journey)[0]).toMatch(/, conversation c-1, trace 0af7651916cd43dd8448eb211c80319c$/)
})
