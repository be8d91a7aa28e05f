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
  /** Whether the message may begin a saga. If not, it changes nothing when there is no saga. */
  readonly starts: boolean
  readonly run: (data: never, policy: never) => void | Promise<void>
  readonly notFound?: ((data: never, context: never) => void | Promise<void>) | undefined
}

/** How states of earlier versions of the service are read. */
export interface StateVersion<State extends object> {
  /** Of the form that states have now. Raise it with each change that an earlier version's states do not have. */
  readonly version: number
  /**
   * Makes a state of it. Called with every state of a lower version, before a message is handled; what it returns is saved with
   * that message. Without it such a message goes to the dead letter topic.
   * @param state as that version has written it
   */
  readonly migrate?: (state: never, version: number) => State
}

export interface OnOptions<Data> {
  /** Called when there is no saga for the message. Such messages are counted and logged, with or without this. */
  readonly notFound?: (data: Data, context: HandlerContext) => void | Promise<void>
}

/** A handler of several messages about one thing, with state between them. */
export interface Saga<State extends object = object> {
  readonly name: string
  readonly initial: (id: string) => State
  readonly states: StateVersion<State>
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
    options?: OnOptions<Data>,
  ): SagaBuilder<State>
  /** A timeout that was requested with `requestTimeout`. Its key field identifies the saga. */
  timeout<Data extends object>(type: MessageType<'timeout', Data>, run: Reaction<Data, State>): SagaBuilder<State>
}

/**
 * Describes a saga: `saga('shipping-policy', () => ({ placed: false })).startedBy(OrderPlaced, 'orderId', (order, policy) => { … })`.
 * @param states when the form of the state has changed since the first version: `{ version: 2, migrate }`
 */
export function saga<State extends object>(
  name: string,
  initial: (id: string) => State,
  states: StateVersion<State> = { version: 1 },
): SagaBuilder<State> {
  if (!Number.isSafeInteger(states.version) || states.version < 1)
    throw new Error(`Saga "${name}": version is ${states.version}; it must be a whole number, at least 1.`)
  return withReactions({ name, initial, states, reactions: [] })
}

function withReactions<State extends object>(described: Saga<State>): SagaBuilder<State> {
  const add = (reaction: SagaReaction) => withReactions({ ...described, reactions: [...described.reactions, reaction] })
  return {
    ...described,
    startedBy: (handles, correlation, run) => add({ handles, correlation, starts: true, run }),
    on: (handles, correlation, run, { notFound } = {}) => add({ handles, correlation, starts: false, run, notFound }),
    timeout: (handles, run) => add({ handles, correlation: handles.key, starts: false, run }),
  }
}
