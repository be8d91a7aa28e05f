import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { endpoint } from '../definition/endpoint.ts'
import { handler, type HandlerContext } from '../definition/handler.ts'
import { Postpone, Unrecoverable } from '../definition/outcome.ts'
import { saga } from '../definition/saga.ts'
import { ce, headerText } from '../headers.ts'
import { mainGroup, retryGroup } from '../naming.ts'
import type { Constraint } from '../store/memory.ts'
import { AlreadyHandled, SagaConflict, StoreUnavailable } from '../store/port.ts'
import { type TestSystem, testSystem, type Replica, type Said } from './testing/testSystem.ts'
import { bills, OrderBilled, OrderCancelled, OrderPlaced, PaymentOverdue } from './testing/messages.ts'
import type { CrashPoint } from './testing/processSwitch.ts'
import { sql, written } from './testing/sqlStore.ts'
import { pass, rest, until, useVirtualTime } from './testing/virtualTime.ts'

vi.mock('node:timers/promises', () => import('./testing/timersPromises.ts'))
useVirtualTime()

// Whatever goes wrong, and whenever: what the guarantees promise must hold in the end.

/** How a message's handling goes. */
type Course =
  | { readonly kind: 'well' | 'unrecoverable' | 'refused' }
  /** Throws while its attempts are not more than that many. */
  | { readonly kind: 'fails' | 'spoils'; readonly attempts: number }
  /** Is postponed so many times. */
  | { readonly kind: 'early'; readonly times: number }

type Event =
  | {
      readonly kind: 'say'
      readonly messages: readonly { readonly course: Course; readonly key: number; readonly toSaga: boolean }[]
    }
  | { readonly kind: 'say again'; readonly which: number }
  | { readonly kind: 'save fails'; readonly when: 'before' | 'after'; readonly as: 'unavailable' | 'handled' | 'conflict' }
  | {
      readonly kind: 'store fails'
      readonly operation: 'handledIds' | 'loadSagas' | 'pendingOutbox' | 'deleteOutbox' | 'publishScheduled'
    }
  | { readonly kind: 'publish fails'; readonly how: 'lost' | 'unanswered' | 'twice' }
  | { readonly kind: 'commit fails' | 'rebalance' | 'start' | 'stop' | 'rest' }
  | { readonly kind: 'crash'; readonly moment: CrashPoint; readonly times: number; readonly which: number }
  | { readonly kind: 'pass'; readonly ms: number }

/** Tries of one message: twice at once, in three rounds. */
const recoverability = { immediate: 1, delayed: ['2s', '4s'] } as const
const allAttempts = 6

const course = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Course>({ kind: 'well' }) },
  fc.constantFrom<Course>({ kind: 'unrecoverable' }, { kind: 'refused' }),
  fc.record({ kind: fc.constantFrom('fails' as const, 'spoils' as const), attempts: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ kind: fc.constant('early' as const), times: fc.integer({ min: 1, max: 3 }) }),
)
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
      kind: fc.constant('say' as const),
      messages: fc.array(fc.record({ course, key: fc.nat(3), toSaga: fc.boolean() }), { minLength: 1, maxLength: 8 }),
    }),
  },
  fc.record({ kind: fc.constant('say again' as const), which: fc.nat(50) }),
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
    kind: fc.constantFrom('commit fails' as const, 'rebalance' as const, 'start' as const, 'stop' as const, 'rest' as const),
  }),
  fc.record({ kind: fc.constant('crash' as const), moment, times: fc.integer({ min: 1, max: 3 }), which: fc.nat(3) }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 5_000 }) }),
)

interface Sent {
  readonly id: string
  readonly course: Course
  readonly key: string
  readonly toSaga: boolean
  readonly number: number
}

interface Counted {
  numbers: number[]
  rung: number[]
}

/** An endpoint that handles each message as its course says. */
function weathered(courseOf: (number: number) => Course) {
  const runs = new Map<string, number>()
  const follow = async (number: number, { message, tx }: HandlerContext) => {
    const run = (runs.get(message.id) ?? 0) + 1
    runs.set(message.id, run)
    const how = courseOf(number)
    await Promise.resolve()
    if (how.kind === 'unrecoverable') throw new Unrecoverable('no try can help')
    if (how.kind === 'early' && run <= how.times) throw new Postpone('3s')
    if (how.kind === 'spoils') await tx.query(sql.write, [message.id])
    if ((how.kind === 'fails' || how.kind === 'spoils') && message.attempt <= how.attempts) throw new Error('not this time')
  }
  const tell = ({ orderId, number }: { orderId: string; number: number }, context: HandlerContext) => {
    context.insert(bills, { message_id: context.message.id, order_id: orderId, number })
    context.publish(OrderBilled({ orderId, number }))
    return follow(number, context)
  }
  const policy = saga('count-policy', (): Counted => ({ numbers: [], rung: [] }))
    .startedBy(OrderCancelled, 'orderId', async (step, context) => {
      context.state.numbers.push(step.number)
      context.requestTimeout(PaymentOverdue(step), '5s')
      await tell(step, context)
    })
    .timeout(PaymentOverdue, ({ number }, { state }) => void state.rung.push(number))
  return endpoint({
    name: 'billing',
    handlers: [handler(OrderPlaced, tell)],
    sagas: [policy],
    produces: [OrderBilled, PaymentOverdue],
    partitions: 2,
    concurrency: 3,
    recoverability,
  })
}

/** One shop in one run of bad weather. */
class Weather {
  readonly #g: TestSystem
  readonly #sent: Sent[]
  #replicas: Replica[] = []
  #failingCommits = 0

  constructor(g: TestSystem, sent: Sent[]) {
    this.#g = g
    this.#sent = sent
  }

  async happen(event: Event): Promise<void> {
    const { broker, store } = this.#g
    switch (event.kind) {
      case 'say':
        return this.#sayNew(event.messages)
      case 'say again':
        return this.#say([this.#sent[event.which % Math.max(1, this.#sent.length)]].filter((each) => each !== undefined))
      case 'save fails':
        // That another was faster is said only of what was not saved.
        return store.failNext('save', event.as === 'unavailable' ? event.when : 'before', errors[event.as]())
      case 'store fails':
        return store.failNext(event.operation)
      case 'publish fails':
        return event.how === 'twice' ? broker.faults.duplicateNextPublish() : broker.faults.failNextPublish(event.how)
      case 'commit fails':
        this.#failingCommits += 1
        return broker.faults.failNextCommit()
      case 'rebalance':
        return broker.faults.rebalance('billing')
      case 'start':
        if (this.#alive().length < 3) this.#replicas.push(await this.#g.start())
        return undefined
      case 'stop':
        return this.#stopOne()
      case 'crash':
        return this.#alive()[event.which % Math.max(1, this.#alive().length)]?.processSwitch.killAt(event.moment, event.times)
      case 'rest':
        return rest()
      case 'pass':
        return pass(event.ms)
    }
  }

  /** Brings a process that stays, and waits until all is handled; then stops all in order. */
  async clearUp(): Promise<void> {
    this.#replicas.push(await this.#g.start())
    await until('everything is handled', () => isHandled(this.#g, this.#sent))
    // A commit that fails is made up for by the next one, at the latest when the process stops: or that of the one after it.
    for (let stops = 0; stops <= this.#failingCommits; stops += 1) {
      await rest()
      for (const replica of this.#alive()) await stopped(replica)
      this.#replicas = [await this.#g.start()]
    }
    await this.#g.settled()
    await this.#stopOne()
  }

  #alive(): Replica[] {
    return this.#replicas.filter(({ processSwitch }) => !processSwitch.isKilled)
  }

  async #stopOne(): Promise<void> {
    const [replica] = this.#alive()
    if (replica === undefined) return
    await stopped(replica)
    this.#replicas = this.#replicas.filter((each) => each !== replica)
  }

  async #sayNew(messages: Extract<Event, { kind: 'say' }>['messages']): Promise<void> {
    const begin = this.#sent.length
    const news = messages.map(({ course, key, toSaga }, index): Sent => ({
      id: `m-${begin + index}`,
      number: begin + index,
      course,
      key: `order-${key}`,
      toSaga,
    }))
    this.#sent.push(...news)
    await this.#say(news)
  }

  /** As a producer does that keeps order: tries again until it has an answer. */
  async #say(messages: readonly Sent[]): Promise<void> {
    const said = messages.map(({ id, key, number, toSaga }): Said => ({
      id,
      message: (toSaga ? OrderCancelled : OrderPlaced)({ orderId: key, number }),
    }))
    for (;;) {
      try {
        await this.#g.say(...said)
        return
      } catch {
        // The fault was meant for anybody who publishes next.
      }
    }
  }
}

/** It may die while it stops. */
async function stopped(replica: Replica): Promise<void> {
  let done = false
  void replica.stop().then(() => (done = true))
  await until('it has stopped', () => done || replica.processSwitch.isKilled)
}

const errors = {
  unavailable: () => new StoreUnavailable('bad weather'),
  handled: () => new AlreadyHandled('bad weather'),
  conflict: () => new SagaConflict('bad weather'),
}

const succeeds = ({ course: how }: Sent) =>
  how.kind === 'well' || how.kind === 'early' || ((how.kind === 'fails' || how.kind === 'spoils') && how.attempts < allAttempts)

/** The last faults may still be on, and meet whoever asks next. */
const eventually = <T>(ask: () => Promise<T>): Promise<T> => ask().catch(() => eventually(ask))

const countedIn = async ({ store }: TestSystem, id: string) =>
  (await eventually(() => store.loadSagas([{ saga: 'count-policy', id }])))[0]?.state as Counted | undefined

/** Each message has come to its end, and each alarm has rung. */
async function isHandled(g: TestSystem, sent: readonly Sent[]): Promise<boolean> {
  const handled = sent.filter(succeeds)
  const counted = await Promise.all([...new Set(sent.map(({ key }) => key))].map((key) => countedIn(g, key)))
  return (
    g.store.scheduled().length === 0 &&
    g.store.rows(bills).length >= handled.length &&
    new Set(await g.ids('billing.dlt')).size >= sent.length - handled.length &&
    counted.flatMap((each) => each?.rung ?? []).length >= handled.filter(({ toSaga }) => toSaga).length
  )
}

async function expectPromisesKept(g: TestSystem, sent: readonly Sent[]): Promise<void> {
  const [handled, failed] = [sent.filter(succeeds), sent.filter((each) => !succeeds(each))]
  const idsOf = (messages: readonly Sent[]) => messages.map(({ id }) => id).toSorted()
  const rows = g.store.rows(bills)

  // Effects exactly once, or a dead letter.
  expect(rows.map(({ message_id }) => String(message_id)).toSorted()).toEqual(idsOf(handled))
  expect(
    g.store
      .rows(written)
      .map(({ by }) => String(by))
      .toSorted(),
  ).toEqual(idsOf(handled.filter((each) => each.course.kind === 'spoils')))
  expect([...new Set(await g.ids('billing.dlt'))].toSorted()).toEqual(idsOf(failed))

  // What was said: everything, each under one id.
  const said = await g.records('billing.order-billed')
  const idsByCause = Map.groupBy(said, ({ headers }) => headerText(headers, ce.causationId))
  expect([...idsByCause.keys()].map(String).toSorted()).toEqual(idsOf(handled))
  for (const copies of idsByCause.values()) expect(new Set(copies.map(({ headers }) => headerText(headers, ce.id))).size).toBe(1)

  // The order of each key, among those that went well; of a topic, since topics have none among each other.
  for (const group of Map.groupBy(
    sent.filter((each) => each.course.kind === 'well'),
    ({ key, toSaga }) => `${key} ${toSaga}`,
  ).values()) {
    const ids = new Set(group.map(({ id }) => id))
    const inOrder = group.map(({ id }) => id)
    expect(rows.map(({ message_id }) => String(message_id)).filter((id) => ids.has(id))).toEqual(inOrder)
    const causes = said.map(({ headers }) => headerText(headers, ce.causationId) ?? '').filter((id) => ids.has(id))
    expect([...new Set(causes)]).toEqual(inOrder)
  }

  // Each saga heard each of its messages once, and each alarm rang once.
  for (const [id, messages] of Map.groupBy(
    handled.filter(({ toSaga }) => toSaga),
    ({ key }) => key,
  )) {
    const counted = await countedIn(g, id)
    const expected = messages.map(({ number }) => number)
    expect(counted?.numbers.toSorted((one, other) => one - other)).toEqual(expected)
    expect(counted?.rung.toSorted((one, other) => one - other)).toEqual(expected)
  }

  // Nothing is left.
  expect(await g.lag(mainGroup('billing'))).toBe(0n)
  expect(await g.lag(retryGroup('billing'))).toBe(0n)
  expect(g.store.scheduled()).toEqual([])
  expect(g.store.open()).toBe(0)
  for (const lane of ['billing/0', 'billing/1', 'billing.retry/0', 'billing.retry/1'])
    expect(await eventually(() => g.store.pendingOutbox(lane))).toEqual([])
}

test(
  'in any weather each message has its effects once or waits for a person, and what it says is said',
  { timeout: 60_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 25 }), async (events) => {
        vi.clearAllTimers()
        const sent: Sent[] = []
        const refused: Constraint = {
          table: bills,
          name: 'not_this_one',
          holds: ({ number }) => sent[Number(number)]?.course.kind !== 'refused',
        }
        const g = await testSystem(
          weathered((number) => sent[number]?.course ?? { kind: 'well' }),
          { constraints: [refused] },
        )
        const weather = new Weather(g, sent)
        for (const each of events) await weather.happen(each)
        await weather.clearUp()
        await expectPromisesKept(g, sent)
        await g.close()
      }),
      { numRuns: 100 },
    )
  },
)
