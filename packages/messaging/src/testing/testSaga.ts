import { type Duration, milliseconds } from '../definition/duration.ts'
import type { Endpoint } from '../definition/endpoint.ts'
import type { Incoming } from '../definition/handler.ts'
import type { Message } from '../definition/message.ts'
import type { Saga } from '../definition/saga.ts'
import { type Decided, isFailed } from '../engine/attempt.ts'
import type { Delivery } from '../engine/delivery.ts'
import { asSaved, sagaKey, type SagaRoute, SagaStates } from '../engine/sagas.ts'
import type { SavedSaga } from '../store/port.ts'
import { engineSteps, type EngineSteps } from './engineSteps.ts'
import { type Received, toReceived } from './receive.ts'

export interface RequestedTimeout {
  readonly message: Message
  readonly afterMs: number
}

export interface SagaReceived<State> extends Received {
  readonly timeouts: readonly RequestedTimeout[]
  readonly completed: boolean
  /** The state after the message. When the reaction threw, it is the state before. */
  readonly state: State | undefined
  /** The message was ignored: its saga has not begun, or is complete. */
  readonly ignored: boolean
}

export interface TestSaga<State> {
  receive(message: Message, options?: { readonly message?: Partial<Incoming> }): Promise<SagaReceived<State>>
  /** Moves time on and delivers the timeouts that become due, in their order. */
  advance(by: Duration): Promise<SagaReceived<State>[]>
}

/** When the test's time begins: any date would do. */
const beginning = Date.UTC(2030, 0, 1)

/** Runs a saga as the engine does, without broker, database or clock: it keeps the states between messages, and moves time on. */
export function testSaga<State extends object>(endpoint: Endpoint, saga: Saga<State>): TestSaga<State> {
  if (!endpoint.sagas.some(({ name }) => name === saga.name))
    throw new TypeError(`Endpoint "${endpoint.name}" has no saga "${saga.name}".`)
  let nowMs = beginning
  let pending: { readonly atMs: number; readonly message: Message }[] = []
  const steps = engineSteps(endpoint, () => nowMs)
  const states = new SagaStates([])

  const receive: TestSaga<State>['receive'] = async (message, options = {}) => {
    const run = await steps
    const delivery = await run.deliver(message, options.message)
    if (delivery.route?.saga?.name !== saga.name) throw new TypeError(`${saga.name} does not handle ${message.type.fullName}`)
    const before = stateOf(states, delivery)
    const decided = await run.run(delivery, states)
    const timeouts = timeoutsOf(run, decided, nowMs)
    pending.push(...timeouts.map(({ afterMs, message: timeout }) => ({ atMs: nowMs + afterMs, message: timeout })))
    const after = stateOf(states, delivery)
    return {
      ...(await toReceived(run, decided)),
      timeouts,
      completed: after?.completed ?? false,
      state: after === undefined ? undefined : asSaved(after.state as State),
      ignored: !isFailed(decided) && decided.saga === undefined && after === before,
    }
  }

  const advance = async (by: Duration) => {
    const until = nowMs + milliseconds(by)
    const results: SagaReceived<State>[] = []
    for (;;) {
      const [next] = pending.filter(({ atMs }) => atMs <= until).toSorted((a, b) => a.atMs - b.atMs)
      if (next === undefined) break
      pending = pending.filter((timeout) => timeout !== next)
      nowMs = next.atMs
      results.push(await receive(next.message))
    }
    nowMs = until
    return results
  }

  return { receive, advance }
}

const isSagaRoute = (route: Delivery['route']): route is SagaRoute => route?.saga !== undefined

function stateOf(states: SagaStates, { route, data }: Delivery): SavedSaga | undefined {
  return isSagaRoute(route) ? states.find(sagaKey(route, data ?? {})) : undefined
}

function timeoutsOf({ messageOf }: EngineSteps, decided: Decided, nowMs: number): RequestedTimeout[] {
  if (isFailed(decided)) return []
  return decided.effects.scheduled.map(({ record, dueAt }) => ({
    message: messageOf(record),
    afterMs: dueAt.getTime() - nowMs,
  }))
}
