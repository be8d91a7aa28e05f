import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import type { HandledOutcome } from '../audit/audit.ts'
import { deliveriesIn } from '../audit/deliveries.ts'
import type { OutgoingRecord } from '../broker/port.ts'
import { type Endpoint, endpoint, type Recoverability } from '../definition/endpoint.ts'
import { batchHandler, handler, type HandlerContext, transactionalHandler, type Tx } from '../definition/handler.ts'
import { Postpone, Unrecoverable } from '../definition/outcome.ts'
import { saga } from '../definition/saga.ts'
import { ce, headerText } from '../headers.ts'
import { mainGroup, retryGroup } from '../naming.ts'
import type { Constraint } from '../store/memory.ts'
import { AlreadyHandled, SagaConflict, StoreUnavailable } from '../store/port.ts'
import { type TestSystem, testSystem, type Replica, type MessageToPublish } from './testing/testSystem.ts'
import { foreignHeaders, foreignValue } from './testing/foreignRecords.ts'
import {
  bills,
  InvoiceOrder,
  OrderBilled,
  OrderCancelled,
  OrderPlaced,
  OrderRenamed,
  PaymentOverdue,
  RefundOrder,
  type NumberedOrder,
} from './testing/messages.ts'
import type { CrashPoint } from './testing/killableProcess.ts'
import { sql, written } from './testing/sqlStore.ts'
import { passTime, untilIdle, until, useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

// Random faults at random moments, between messages that succeed and messages that fail. Afterwards every guarantee must hold.

/** Which kind of handler a message is for. */
type Route = keyof typeof messageFor
const messageFor = { handler: OrderPlaced, transaction: RefundOrder, batch: InvoiceOrder, saga: OrderCancelled }

/** What its handler does with a message. */
type Course =
  | { readonly kind: 'well' | 'unrecoverable' | 'refused' }
  /** Throws in its first attempts; `spoils` writes with `tx` before it throws. */
  | { readonly kind: 'fails' | 'spoils'; readonly attempts: number }
  /** Is postponed that many times. */
  | { readonly kind: 'early'; readonly times: number }

type Event =
  | {
      readonly kind: 'publish new'
      readonly messages: readonly { readonly course: Course; readonly key: number; readonly to: Route }[]
    }
  | { readonly kind: 'publish again'; readonly which: number }
  | { readonly kind: 'save fails'; readonly when: 'before' | 'after'; readonly as: 'unavailable' | 'handled' | 'conflict' }
  | {
      readonly kind: 'store fails'
      readonly operation: 'handledIds' | 'loadSagas' | 'pendingOutbox' | 'deleteOutbox' | 'publishScheduled'
    }
  | { readonly kind: 'publish fails'; readonly how: 'lost' | 'unanswered' | 'twice' }
  | { readonly kind: 'commit fails' | 'rebalance' | 'start' | 'stop' | 'wait until idle' }
  | { readonly kind: 'crash'; readonly moment: CrashPoint; readonly times: number; readonly which: number }
  | { readonly kind: 'pass time'; readonly ms: number }
  /** The clock is set to weeks later: no timer fires meanwhile. */
  | { readonly kind: 'set the clock'; readonly weeks: number }
  | { readonly kind: 'publish foreign'; readonly topic: string; readonly record: Omit<OutgoingRecord, 'topic'> }
  /** The next process has other settings, or a newer version of the endpoint. */
  | { readonly kind: 'change'; readonly version: 'older' | 'newer'; readonly settings: Partial<Endpoint> }

/** One immediate retry and two delayed ones: six tries of one message. */
const recoverability: Recoverability = { immediate: 1, delayed: ['2s', '4s'], unrecoverable: [], outageGuard: 25 }
const allAttempts = 6

const course = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Course>({ kind: 'well' }) },
  fc.constantFrom<Course>({ kind: 'unrecoverable' }, { kind: 'refused' }),
  fc.record({ kind: fc.constantFrom('fails' as const, 'spoils' as const), attempts: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ kind: fc.constant('early' as const), times: fc.integer({ min: 1, max: 3 }) }),
)
const route = fc.constantFrom<Route>('handler', 'transaction', 'batch', 'saga')
const moment = fc.constantFrom<CrashPoint>(
  'before save',
  'after save',
  'before publish',
  'after publish',
  'before commit',
  'after commit',
)
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('publish new' as const),
      messages: fc.array(fc.record({ course, key: fc.nat(3), to: route }), { minLength: 1, maxLength: 8 }),
    }),
  },
  fc.record({ kind: fc.constant('publish again' as const), which: fc.nat(50) }),
  fc.record({
    kind: fc.constant('save fails' as const),
    when: fc.constantFrom('before' as const, 'after' as const),
    as: fc.constantFrom('unavailable' as const, 'unavailable' as const, 'handled' as const, 'conflict' as const),
  }),
  fc.record({
    kind: fc.constant('store fails' as const),
    operation: fc.constantFrom(
      'handledIds' as const,
      'loadSagas' as const,
      'pendingOutbox' as const,
      'deleteOutbox' as const,
      'publishScheduled' as const,
    ),
  }),
  fc.record({
    kind: fc.constant('publish fails' as const),
    how: fc.constantFrom('lost' as const, 'unanswered' as const, 'twice' as const),
  }),
  fc.record({
    kind: fc.constantFrom(
      'commit fails' as const,
      'rebalance' as const,
      'start' as const,
      'stop' as const,
      'wait until idle' as const,
    ),
  }),
  fc.record({ kind: fc.constant('crash' as const), moment, times: fc.integer({ min: 1, max: 3 }), which: fc.nat(3) }),
  fc.record({ kind: fc.constant('pass time' as const), ms: fc.integer({ min: 1, max: 5_000 }) }),
  fc.record({ kind: fc.constant('set the clock' as const), weeks: fc.integer({ min: 1, max: 6 }) }),
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('publish foreign' as const),
      topic: fc.constantFrom(
        'sales.order-placed',
        'sales.order-cancelled',
        'billing.refund-order',
        'billing.invoice-order',
        'billing.replay',
        'billing.retry.2s',
      ),
      record: fc.record({
        key: fc.option(fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes))),
        value: foreignValue,
        headers: foreignHeaders,
      }),
    }),
  },
  fc.record({
    kind: fc.constant('change' as const),
    version: fc.constantFrom('older' as const, 'newer' as const),
    settings: fc.record(
      {
        concurrency: fc.constantFrom(1, 8),
        recoverability: fc.constantFrom(
          { ...recoverability, delayed: ['1s', '3s'] as const },
          { ...recoverability, outageGuard: 2 },
        ),
      },
      { requiredKeys: [] },
    ),
  }),
)

interface Sent {
  readonly id: string
  readonly course: Course
  readonly key: string
  readonly to: Route
  readonly number: number
}

interface Counted {
  numbers: number[]
  timeouts: number[]
}

const record = ({ orderId, number }: NumberedOrder, { message, insert, publish }: HandlerContext) => {
  insert(bills, { message_id: message.id, order_id: orderId, number })
  publish(OrderBilled({ orderId, number }))
}

/** An endpoint whose handlers do with each message what its course asks for. */
function endpointFollowing(courseOf: (number: number) => Course, version: 'older' | 'newer', settings: Partial<Endpoint> = {}) {
  const runs = new Map<string, number>()
  const failAtOnce = (number: number, { message }: HandlerContext) => {
    const run = (runs.get(message.id) ?? 0) + 1
    runs.set(message.id, run)
    const how = courseOf(number)
    if (how.kind === 'unrecoverable') throw new Unrecoverable('no try can help')
    if (how.kind === 'early' && run <= how.times) throw new Postpone('3s')
    if (how.kind === 'fails' && message.attempt <= how.attempts) throw new Error('not this time')
  }
  const spoil = async (number: number, { message }: HandlerContext, tx?: Tx) => {
    const how = courseOf(number)
    if (how.kind !== 'spoils') return
    if (tx !== undefined) await tx.query(sql.write, [message.id])
    if (message.attempt <= how.attempts) throw new Error('not this time')
  }
  const follow = async (number: number, context: HandlerContext, tx?: Tx) => {
    await Promise.resolve()
    failAtOnce(number, context)
    await spoil(number, context, tx)
  }
  const handle = ({ orderId, number }: NumberedOrder, context: HandlerContext, tx?: Tx) => {
    // A foreign record can be a valid message by chance.
    if (number < 0) return undefined
    record({ orderId, number }, context)
    return follow(number, context, tx)
  }
  const policy = saga('count-policy', (): Counted => ({ numbers: [], timeouts: [] }))
    .startedBy(OrderCancelled, 'orderId', async (order, context) => {
      context.state.numbers.push(order.number)
      context.requestTimeout(PaymentOverdue(order), '5s')
      await handle(order, context)
    })
    .timeout(PaymentOverdue, ({ number }, { state }) => void state.timeouts.push(number))
  return endpoint({
    name: 'billing',
    handlers: [
      handler(OrderPlaced, (order, context) => handle(order, context)),
      transactionalHandler(RefundOrder, (order, context) => handle(order, context, context.tx)),
      batchHandler(InvoiceOrder, async (messages, { tx, each }) => {
        const ours = messages.filter(({ data }) => data.number >= 0)
        each((message) => {
          if (message.data.number < 0) return
          record(message.data, message)
          failAtOnce(message.data.number, message)
        })
        for (const message of ours) await spoil(message.data.number, message, tx)
      }),
      ...(version === 'newer' ? [handler(OrderRenamed, (order, context) => handle(order, context))] : []),
    ],
    sagas: [policy],
    produces: [OrderBilled, PaymentOverdue],
    partitions: 2,
    concurrency: 3,
    recoverability,
    ...settings,
  })
}

/** The processes and the faults of one run. */
class Weather {
  readonly #system: TestSystem
  readonly #sent: Sent[]
  #replicas: Replica[] = []
  #failingStops = 0
  #next: Endpoint

  constructor(system: TestSystem, sent: Sent[]) {
    this.#system = system
    this.#sent = sent
    this.#next = this.#version('older', {})
  }

  #version(version: 'older' | 'newer', settings: Partial<Endpoint>): Endpoint {
    return endpointFollowing((number) => this.#sent[number]?.course ?? { kind: 'well' }, version, settings)
  }

  async happen(event: Event): Promise<void> {
    const { broker, store } = this.#system
    switch (event.kind) {
      case 'publish new':
        return this.#publishNew(event.messages)
      case 'publish again':
        return this.#publish([this.#sent[event.which % Math.max(1, this.#sent.length)]].filter((each) => each !== undefined))
      case 'save fails':
        // A conflict means that nothing was saved, so it comes before the save.
        return store.failNext('save', event.as === 'unavailable' ? event.when : 'before', errors[event.as]())
      case 'store fails':
        if (event.operation === 'deleteOutbox') this.#failingStops += 1
        return store.failNext(event.operation)
      case 'publish fails':
        return event.how === 'twice' ? broker.faults.duplicateNextPublish() : broker.faults.failNextPublish(event.how)
      case 'commit fails':
        this.#failingStops += 1
        return broker.faults.failNextCommit()
      case 'rebalance':
        return broker.faults.rebalance('billing')
      case 'start':
        if (this.#alive().length < 3) this.#replicas.push(await this.#system.start(this.#next))
        return undefined
      case 'stop':
        return this.#stopOne()
      case 'crash':
        return this.#alive()[event.which % Math.max(1, this.#alive().length)]?.process.killAt(event.moment, event.times)
      case 'set the clock':
        return void vi.setSystemTime(Date.now() + event.weeks * 7 * 24 * 3_600_000)
      case 'publish foreign':
        return this.#publishForeign({ ...event.record, topic: event.topic })
      case 'change':
        this.#next = this.#version(event.version, event.settings)
        return undefined
      case 'wait until idle':
        return untilIdle()
      case 'pass time':
        return passTime(event.ms)
    }
  }

  /** Starts a process that nobody kills, waits until everything is handled, and stops all processes. */
  async clearUp(): Promise<void> {
    this.#replicas.push(await this.#system.start(this.#next))
    await until('everything is handled', () => isHandled(this.#system, this.#sent))
    // What a stop does last may fail as well, its commit or the end of its outbox rows. The next process makes up for it.
    for (let stops = 0; stops <= this.#failingStops; stops += 1) {
      await untilIdle()
      for (const replica of this.#alive()) await stopped(replica)
      this.#replicas = [await this.#system.start(this.#next)]
    }
    await this.#system.settled()
    await this.#stopOne()
  }

  #alive(): Replica[] {
    return this.#replicas.filter(({ process }) => !process.isKilled)
  }

  async #stopOne(): Promise<void> {
    const [replica] = this.#alive()
    if (replica === undefined) return
    await stopped(replica)
    this.#replicas = this.#replicas.filter((each) => each !== replica)
  }

  async #publishNew(messages: Extract<Event, { kind: 'publish new' }>['messages']): Promise<void> {
    const begin = this.#sent.length
    const news = messages.map(({ course, key, to }, index): Sent => ({
      id: `m-${begin + index}`,
      number: begin + index,
      course,
      key: `order-${key}`,
      to,
    }))
    this.#sent.push(...news)
    await this.#publish(news)
  }

  /** Tries again until it has an answer, as a producer does that keeps the order. */
  async #publish(messages: readonly Sent[]): Promise<void> {
    const toPublish = messages.map(({ id, key, number, to }): MessageToPublish => ({
      id,
      message: messageFor[to]({ orderId: key, number }),
    }))
    return untilPublished(() => this.#system.publish(...toPublish))
  }

  async #publishForeign(record: OutgoingRecord): Promise<void> {
    return untilPublished(() => this.#system.broker.publish([record]))
  }
}

/** A fault that was planned for the endpoint may fail the test's own publish. */
async function untilPublished(publish: () => Promise<unknown>): Promise<void> {
  try {
    await publish()
  } catch {
    await untilPublished(publish)
  }
}

/** A planned kill may happen while it stops. */
async function stopped(replica: Replica): Promise<void> {
  let done = false
  void replica.stop().then(() => (done = true))
  await until('it has stopped', () => done || replica.process.isKilled)
}

const errors = {
  unavailable: () => new StoreUnavailable('bad weather'),
  handled: () => new AlreadyHandled('bad weather'),
  conflict: () => new SagaConflict('bad weather'),
}

/** Foreign records that happen to be valid messages are handled as well: they are not checked. */
const isOurs = (id: unknown) => /^m-\d+$/.test(String(id))
const ourRows = ({ store }: TestSystem) => store.rows(bills).filter(({ message_id }) => isOurs(message_id))

const isForSaga = ({ to }: Sent) => to === 'saga'

const succeeds = ({ course: how }: Sent) =>
  how.kind === 'well' || how.kind === 'early' || ((how.kind === 'fails' || how.kind === 'spoils') && how.attempts < allAttempts)

/** A fault that was planned for the endpoint may fail the test's own query. */
const eventually = <T>(ask: () => Promise<T>): Promise<T> => ask().catch(() => eventually(ask))

const countedIn = async ({ store }: TestSystem, id: string) =>
  (await eventually(() => store.loadSagas([{ saga: 'count-policy', id }])))[0]?.state as Counted | undefined

/** Each message is handled or a dead letter, and each timeout was handled. */
async function isHandled(system: TestSystem, sent: readonly Sent[]): Promise<boolean> {
  const handled = sent.filter(succeeds)
  const counted = await Promise.all([...new Set(sent.map(({ key }) => key))].map((key) => countedIn(system, key)))
  return (
    system.store.scheduled().length === 0 &&
    ourRows(system).length >= handled.length &&
    new Set((await system.ids('billing.dlt')).filter(isOurs)).size >= sent.length - handled.length &&
    counted.flatMap((each) => each?.timeouts ?? []).length >= handled.filter(isForSaga).length
  )
}

async function expectPromisesKept(system: TestSystem, sent: readonly Sent[]): Promise<void> {
  const [handled, failed] = [sent.filter(succeeds), sent.filter((each) => !succeeds(each))]
  const idsOf = (messages: readonly Sent[]) => messages.map(({ id }) => id).toSorted()
  const rows = ourRows(system)

  // Effects exactly once, or a dead letter.
  expect(rows.map(({ message_id }) => String(message_id)).toSorted()).toEqual(idsOf(handled))
  expect(
    system.store
      .rows(written)
      .map(({ by }) => String(by))
      .filter(isOurs)
      .toSorted(),
  ).toEqual(idsOf(handled.filter((each) => each.course.kind === 'spoils' && ['transaction', 'batch'].includes(each.to))))
  expect([...new Set((await system.ids('billing.dlt')).filter(isOurs))].toSorted()).toEqual(idsOf(failed))

  // Each handled message has published its event, and all copies of that event have one id.
  const published = (await system.records('billing.order-billed')).filter(({ headers }) =>
    isOurs(headerText(headers, ce.causationId)),
  )
  const idsByCause = Map.groupBy(published, ({ headers }) => headerText(headers, ce.causationId))
  expect([...idsByCause.keys()].map(String).toSorted()).toEqual(idsOf(handled))
  for (const copies of idsByCause.values()) expect(new Set(copies.map(({ headers }) => headerText(headers, ce.id))).size).toBe(1)

  // The audit says so of each message: of one of its deliveries that it was handled, or that it became a dead letter.
  const deliveries = deliveriesIn(await system.audits()).flatMap(({ entry }) => (isOurs(entry.id) ? entry : []))
  const idsWith = (outcome: HandledOutcome) => deliveries.filter((each) => each.outcome === outcome).map(({ id }) => id)
  expect(idsWith('handled').toSorted()).toEqual(idsOf(handled))
  expect([...new Set(idsWith('deadLettered'))].toSorted()).toEqual(idsOf(failed))

  // Messages of one key and one topic that never failed are handled in order.
  for (const group of Map.groupBy(
    sent.filter((each) => each.course.kind === 'well'),
    ({ key, to }) => `${key} ${to}`,
  ).values()) {
    const ids = new Set(group.map(({ id }) => id))
    const inOrder = group.map(({ id }) => id)
    expect(rows.map(({ message_id }) => String(message_id)).filter((id) => ids.has(id))).toEqual(inOrder)
    const causes = published.map(({ headers }) => headerText(headers, ce.causationId) ?? '').filter((id) => ids.has(id))
    expect([...new Set(causes)]).toEqual(inOrder)
  }

  // Each saga has handled each of its messages once, and each timeout once.
  for (const [id, messages] of Map.groupBy(handled.filter(isForSaga), ({ key }) => key)) {
    const counted = await countedIn(system, id)
    const expected = messages.map(({ number }) => number)
    expect(counted?.numbers.toSorted((one, other) => one - other)).toEqual(expected)
    expect(counted?.timeouts.toSorted((one, other) => one - other)).toEqual(expected)
  }

  // Nothing is left.
  expect(await system.lag(mainGroup('billing'))).toBe(0n)
  expect(await system.lag(retryGroup('billing'))).toBe(0n)
  expect(system.store.scheduled()).toEqual([])
  expect(system.store.openTransactions()).toBe(0)
  for (const lane of ['billing/0', 'billing/1', 'billing.retry/0', 'billing.retry/1'])
    expect(await eventually(() => system.store.pendingOutbox(lane))).toEqual([])
}

/** `npm run test:long` has many. */
const numRuns = Number(process.env['WEATHER_RUNS'] ?? 100)
const seed = Number(process.env['WEATHER_SEED'] ?? Date.now() % 1_000_000)

test(
  'whatever goes wrong, each message has its effects exactly once or becomes a dead letter, and its event is published',
  { timeout: Math.max(60_000, numRuns * 1_000) },
  async () => {
    console.log(`The weather's seed: ${seed} (WEATHER_SEED), runs: ${numRuns} (WEATHER_RUNS)`)
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 25 }), async (events) => {
        vi.clearAllTimers()
        const sent: Sent[] = []
        const refused: Constraint = {
          table: bills,
          name: 'not_this_one',
          holds: ({ number }) => sent[Number(number)]?.course.kind !== 'refused',
        }
        const system = await testSystem(
          endpointFollowing((number) => sent[number]?.course ?? { kind: 'well' }, 'newer'),
          { constraints: [refused] },
        )
        const weather = new Weather(system, sent)
        for (const each of events) await weather.happen(each)
        await weather.clearUp()
        await expectPromisesKept(system, sent)
        await system.close()
      }),
      { numRuns, seed },
    )
  },
)
