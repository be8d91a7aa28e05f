import type { Duration } from './duration.ts'
import type { HandlerContext } from './handler.ts'
import type { Message, MessageDescriptor, MessageType } from './message.ts'

/** What a saga may do: all that a handler without `tx` may, and change its state, request a timeout, or complete. */
export interface SagaContext<State extends object> extends HandlerContext {
  /** The value of the correlation field: which order, customer, … the saga is about. */
  readonly id: string
  /** Plain JSON data. Change it in place. If another process has changed it meanwhile, the message is handled again. */
  state: State
  /** The saga gets the timeout after the delay, unless it is complete by then. */
  requestTimeout(this: void, timeout: Message<'timeout'>, after: Duration): void
  /** The saga has ended: later messages for this id are ignored. */
  complete(this: void): void
}

type Reaction<Data, State extends object> = (data: Data, policy: SagaContext<State>) => void | Promise<void>

/** Fields that can identify the saga of a message. */
type CorrelationField<Data> = { [K in keyof Data & string]: Data[K] extends string ? K : never }[keyof Data & string]

export interface SagaReaction {
  readonly handles: MessageDescriptor
  readonly correlation: string
  /** Whether the message may begin a saga. If not, it is ignored when there is no saga yet. */
  readonly starts: boolean
  readonly run: (data: never, policy: never) => void | Promise<void>
}

/** A handler of several messages about one thing, with state between them. */
export interface Saga<State extends object = object> {
  readonly name: string
  readonly initial: (id: string) => State
  readonly reactions: readonly SagaReaction[]
}

/** A saga under construction: every call returns a new value. */
export interface SagaBuilder<State extends object> extends Saga<State> {
  /** The message begins the saga when there is none yet. Use it for every message that may come first. */
  startedBy<Data extends object>(
    type: MessageType<'event', Data> | MessageType<'command', Data>,
    correlation: CorrelationField<Data>,
    run: Reaction<Data, State>,
  ): SagaBuilder<State>
  /** The message belongs to a saga that something else began. */
  on<Data extends object>(
    type: MessageType<'event', Data> | MessageType<'command', Data>,
    correlation: CorrelationField<Data>,
    run: Reaction<Data, State>,
  ): SagaBuilder<State>
  /** A timeout that was requested with `requestTimeout`. Its key field identifies the saga. */
  timeout<Data extends object>(type: MessageType<'timeout', Data>, run: Reaction<Data, State>): SagaBuilder<State>
}

/** Describes a saga: `saga('shipping-policy', () => ({ placed: false })).startedBy(OrderPlaced, 'orderId', (order, policy) => { … })`. */
export function saga<State extends object>(name: string, initial: (id: string) => State): SagaBuilder<State> {
  return withReactions(name, initial, [])
}

function withReactions<State extends object>(
  name: string,
  initial: (id: string) => State,
  reactions: readonly SagaReaction[],
): SagaBuilder<State> {
  const add = (reaction: SagaReaction) => withReactions(name, initial, [...reactions, reaction])
  return {
    name,
    initial,
    reactions,
    startedBy: (handles, correlation, run) => add({ handles, correlation, starts: true, run }),
    on: (handles, correlation, run) => add({ handles, correlation, starts: false, run }),
    timeout: (handles, run) => add({ handles, correlation: handles.key, starts: false, run }),
  }
}
