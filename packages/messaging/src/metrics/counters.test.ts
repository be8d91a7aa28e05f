import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { metrics } from '../definition/counter.ts'
import { type Endpoint, endpoint } from '../definition/endpoint.ts'
import { handler, type HandlerContext } from '../definition/handler.ts'
import { event } from '../definition/message.ts'
import { Postpone, Unrecoverable } from '../definition/outcome.ts'
import { saga } from '../definition/saga.ts'
import { described } from '../definition/testing/described.ts'
import { type InMemorySystem, startInMemory } from '../testing/inMemory.ts'

interface Order {
  readonly orderId: string
}

const OrderPlaced = event<Order>(described('sales', 'OrderPlaced'))
const OrderCancelled = event<Order>(described('sales', 'OrderCancelled'))
const OrderBilled = event<Order>(described('billing', 'OrderBilled'))
const ordersBilled = metrics.counter('shop_orders_billed_total', 'Orders whose card was charged')

/** What a handler does with a message: it throws that many times, then it succeeds. */
interface Course {
  readonly throws: number
  readonly how: 'fails' | 'is unrecoverable' | 'is too early'
}

/** Billing, and what has happened in it. */
function billing(courses: ReadonlyMap<string, Course>) {
  const happened = { failed: 0, postponed: 0, done: new Set<string>() }
  const runs = new Map<string, number>()
  const handle = ({ orderId }: Order, { message, count, publish }: HandlerContext) => {
    // Before it fails, as a handler may: what it has counted must be forgotten.
    count(ordersBilled)
    publish(OrderBilled({ orderId }))
    const { throws, how } = courses.get(message.id) ?? { throws: 0, how: 'fails' }
    const run = (runs.get(message.id) ?? 0) + 1
    runs.set(message.id, run)
    if (run > throws) return void happened.done.add(message.id)
    if (how === 'is too early') {
      happened.postponed += 1
      throw new Postpone('1s', 'too early')
    }
    happened.failed += 1
    throw how === 'fails' ? new Error('the card machine is broken') : new Unrecoverable('no card')
  }
  const built = endpoint({
    name: 'billing',
    handlers: [handler(OrderPlaced, handle)],
    sagas: [saga('payment-policy', () => ({})).startedBy(OrderCancelled, 'orderId', handle)],
    produces: [OrderBilled],
    counters: [ordersBilled],
    partitions: 2,
    recoverability: { immediate: 1, delayed: ['2s', '4s'], outageGuard: 1_000 },
  })
  return { endpoint: built, happened }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

async function started(built: Endpoint): Promise<InMemorySystem> {
  return startInMemory([built], { advanceTimers: vi.advanceTimersByTimeAsync })
}

/** What billing has counted. */
async function counted(system: InMemorySystem) {
  const metric = (name: string, labels = {}) => system.metric('billing', name, labels)
  const retried = (kind: string) => metric('petrel_messages_retried_total', { kind })
  return {
    received: await metric('messaging_client_consumed_messages_total'),
    sent: await metric('messaging_client_sent_messages_total', { messaging_destination_name: OrderBilled.topic }),
    handled: await metric('petrel_messages_handled_total'),
    measured: await metric('messaging_process_duration_seconds_count'),
    waited: await metric('petrel_critical_time_seconds_count'),
    failed: await metric('petrel_messages_failed_total'),
    immediate: await retried('immediate'),
    delayed: await retried('delayed'),
    postponed: await retried('postponed'),
    deadLettered: await metric('petrel_messages_dead_lettered_total'),
    duplicates: await metric('petrel_duplicates_dropped_total'),
    billed: await metric('shop_orders_billed_total'),
  }
}

const message = fc.record({
  type: fc.constantFrom(OrderPlaced, OrderCancelled),
  copies: fc.integer({ min: 1, max: 3 }),
  course: fc.record({
    throws: fc.nat(7),
    how: fc.constantFrom<Course['how']>('fails', 'is unrecoverable', 'is too early'),
  }),
})
const messages = fc.array(message, { minLength: 1, maxLength: 12 })

interface Weather {
  readonly messages: typeof messages extends fc.Arbitrary<infer All> ? All : never
  /** How often the store is away, and how often it saves and its answer is lost. */
  readonly away: number
  readonly lost: number
}

/** Publishes the messages with their copies, lets everything happen, and gives what was counted and what happened. */
async function after({ messages: all, away, lost }: Weather) {
  const { endpoint: built, happened } = billing(new Map(all.map(({ course }, index) => [`m-${index}`, course])))
  await using system = await started(built)
  for (let times = 0; times < away; times++) system.store('billing').failNext('save')
  for (let times = 0; times < lost; times++) system.store('billing').failNext('save', 'after')
  for (const [index, { type, copies }] of all.entries())
    for (let copy = 0; copy < copies; copy++) await system.publish(type({ orderId: `o-${index}` }), { id: `m-${index}` })
  await system.settled()
  await system.advance('1m')
  return { counts: await counted(system), happened, waiting: (await system.deadLetters('billing')).length }
}

test('after any failures the counters say what has happened', async () => {
  await fc.assert(
    fc.asyncProperty(messages, fc.nat(3), async (all, away) => {
      const { counts, happened, waiting } = await after({ messages: all, away, lost: 0 })
      const done = happened.done.size
      expect(counts).toMatchObject({ handled: done, measured: done, waited: done, billed: done, sent: done })
      expect(counts).toMatchObject({ failed: happened.failed, postponed: happened.postponed, deadLettered: waiting })
      expect(counts.failed).toBe(counts.immediate + counts.delayed + counts.deadLettered)
      expect(counts.received).toBe(ends(counts))
    }),
    { numRuns: 25 },
  )
})

test('a message whose save was not answered counts as a duplicate, and all that was received is accounted for', async () => {
  await fc.assert(
    fc.asyncProperty(messages, fc.integer({ min: 1, max: 3 }), async (all, lost) => {
      const { counts, happened } = await after({ messages: all, away: 0, lost })
      expect(counts.handled).toBe(counts.billed)
      expect(counts.handled).toBeLessThanOrEqual(happened.done.size)
      expect(counts.received).toBe(ends(counts))
    }),
    { numRuns: 25 },
  )
})

/** Each record that was received ends in one of these ways. */
const ends = ({ handled, delayed, postponed, deadLettered, duplicates }: Awaited<ReturnType<typeof counted>>) =>
  handled + delayed + postponed + deadLettered + duplicates

test('a counter that the endpoint does not list is the failure of its handler', async () => {
  const stranger = metrics.counter('shop_strangers_total', 'Nobody lists it')
  const built = endpoint({ name: 'billing', handlers: [handler(OrderPlaced, (_, { count }) => count(stranger))] })
  await using system = await started(built)
  await system.publish(OrderPlaced({ orderId: '42' }))
  await system.settled()
  await system.advance('1m')
  const [letter] = await system.deadLetters('billing')
  expect(letter?.errorMessage).toBe("count(shop_strangers_total): list it in the endpoint's counters.")
})

test.each(['shop_orders', 'Shop_total', 'petrel_orders_total', 'shop-orders_total'])('%s is no name of a counter', (name) => {
  expect(() => metrics.counter(name, 'Orders')).toThrow(`Counter "${name}": use lower case letters`)
})

test('an endpoint lists a counter once', () => {
  expect(() => endpoint({ name: 'billing', counters: [ordersBilled, ordersBilled] })).toThrow(
    'Endpoint "billing": the counter shop_orders_billed_total is listed twice.',
  )
})
