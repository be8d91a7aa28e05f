import { type Duration, milliseconds } from '../definition/duration.ts'
import type { Incoming, Tx } from '../definition/handler.ts'
import type { Message } from '../definition/message.ts'
import type { Saga, SagaContext } from '../definition/saga.ts'
import { asSaved } from '../engine/sagas.ts'
import { incomingOf, noTx, type Received, testContext } from './receive.ts'

export interface RequestedTimeout {
  readonly message: Message
  readonly afterMs: number
}

export interface SagaReceived<State> extends Received {
  readonly timeouts: readonly RequestedTimeout[]
  readonly completed: boolean
  /** The state after the message; what it was before when the reaction threw. */
  readonly state: State | undefined
  /** The message was for no living saga: none was begun yet, or it is complete. */
  readonly ignored: boolean
}

export interface TestSaga<State> {
  receive(message: Message, options?: { readonly tx?: Tx; readonly message?: Partial<Incoming> }): Promise<SagaReceived<State>>
  /** Moves time on and delivers the timeouts that become due, in their order. */
  advance(by: Duration): Promise<SagaReceived<State>[]>
}

interface Kept<State> {
  state: State
  completed: boolean
}

/** Keeps a saga's states between messages and moves its time; without broker, database or clock. */
export function testSaga<State extends object>(saga: Saga<State>): TestSaga<State> {
  const kept = new Map<string, Kept<State>>()
  let nowMs = 0
  let alarms: { readonly atMs: number; readonly message: Message }[] = []

  const receive: TestSaga<State>['receive'] = async (message, options = {}) => {
    const reaction = saga.reactions.find(({ handles }) => handles.fullName === message.type.fullName)
    if (reaction === undefined) throw new TypeError(`${saga.name} does not hear ${message.type.fullName}`)
    const id = String((message.data as Record<string, unknown>)[reaction.correlation])
    const found = kept.get(id)
    const nothing = { published: [], sent: [], inserted: [], timeouts: [], error: undefined }
    if (found?.completed === true || (found === undefined && !reaction.starts))
      return { ...nothing, completed: found?.completed ?? false, state: found?.state, ignored: true }
    const said = { published: [], sent: [], inserted: [] }
    const timeouts: RequestedTimeout[] = []
    let completed = false
    const policy: SagaContext<State> = {
      ...testContext(incomingOf(message, options.message), options.tx ?? noTx, said),
      id,
      state: asSaved(found?.state ?? saga.initial(id)),
      requestTimeout: (alarm, after) => void timeouts.push({ message: alarm, afterMs: milliseconds(after) }),
      complete: () => {
        completed = true
      },
    }
    let state: State
    try {
      await reaction.run(message.data as never, policy as never)
      state = asSaved(policy.state)
    } catch (error) {
      return { ...nothing, completed: false, state: found?.state, ignored: false, error }
    }
    kept.set(id, { state, completed })
    alarms.push(...timeouts.map((timeout) => ({ atMs: nowMs + timeout.afterMs, message: timeout.message })))
    return { ...said, timeouts, completed, state: asSaved(state), ignored: false, error: undefined }
  }

  const advance = async (by: Duration) => {
    const until = nowMs + milliseconds(by)
    const results: SagaReceived<State>[] = []
    for (;;) {
      const [next] = alarms.filter(({ atMs }) => atMs <= until).toSorted((a, b) => a.atMs - b.atMs)
      if (next === undefined) break
      alarms = alarms.filter((alarm) => alarm !== next)
      nowMs = next.atMs
      results.push(await receive(next.message))
    }
    nowMs = until
    return results
  }

  return { receive, advance }
}
