import type { Counter } from './counter.ts'
import type { Message, MessageDescriptor, MessageType } from './message.ts'
import type { Columns, Row, Table } from './table.ts'

/** The message being handled, without its data. */
export interface Incoming {
  /** Always the same through redelivery, retry and replay: use it as idempotency key for effects outside the database. */
  readonly id: string
  readonly conversationId: string
  readonly causationId: string | undefined
  readonly type: MessageDescriptor
  /** When it was sent. */
  readonly time: Date
  /** 1 for the first try; each immediate or delayed retry adds 1. */
  readonly attempt: number
  /** W3C trace context (`traceparent`, `tracestate`): of the span in which it is handled, or as it came where nothing is traced. Messages that the handler produces continue there. */
  readonly trace: Readonly<Record<string, string>>
}

/** SQL inside a transaction that is committed together with everything the handler recorded. */
export interface Tx {
  /** @returns the rows; a bigint is a JavaScript number. */
  query<R extends object = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<R[]>
}

/** What a handler may do. Everything is only recorded, and takes effect after the handler has returned: when it throws, nothing happens. */
export interface HandlerContext {
  readonly message: Incoming
  /** Aborted when the handler's time is over (`handlerTimeLimit`), or when the endpoint stops and cannot wait any longer. Pass it to `fetch`. */
  readonly signal: AbortSignal
  publish(this: void, event: Message<'event'>): void
  send(this: void, command: Message<'command'>): void
  /** Records a row; the engine writes all rows of a batch with one statement per table. */
  insert<C extends Columns>(this: void, table: Table<C>, row: Row<C>): void
  /** Adds to one of the endpoint's counters when what the handler did is saved: so a message counts once, however often it is tried. */
  count(this: void, counter: Counter, by?: number): void
}

/** What a {@link transactionalHandler} may do. */
export interface TransactionalContext extends HandlerContext {
  readonly tx: Tx
}

/** One message of a batch: its data, and what the handler says and records for it. */
export interface BatchedMessage<Data extends object> extends HandlerContext {
  readonly data: Data
}

/** What a {@link batchHandler} may do with its messages together. */
export interface BatchContext<Data extends object> {
  readonly tx: Tx
  /** As in {@link HandlerContext}; the time limit is for the whole batch. */
  readonly signal: AbortSignal
  /**
   * Decides message by message, in memory. When it throws for some of them, these fail alone: the transaction is rolled back,
   * and the others are decided again without them. @returns what it returned for each message, in their order
   */
  each<R>(this: void, decide: (message: BatchedMessage<Data>, index: number) => R): R[]
}

/** One function for one message type. */
export interface Handler {
  readonly name: string
  readonly handles: MessageDescriptor
  /** What one run gets: a message; a message and a transaction that it shares; all messages that are taken together, and a transaction. */
  readonly takes: 'message' | 'message in transaction' | 'batch'
  readonly run: (data: never, context: never) => void | Promise<void>
  readonly tombstone?: ((deleted: Tombstone, context: never) => void | Promise<void>) | undefined
}

/** A record without a value. In a compacted topic it says that what its key names is deleted. */
export interface Tombstone {
  /** The record's key, which of a message is the value of its type's key field. */
  readonly key: string
}

export interface HandlerOptions<Context extends HandlerContext> {
  /**
   * Handles tombstones in the type's topic, with the same guarantees as messages and in order with those of their key. Without
   * it they are dropped and counted where the topic is compacted; elsewhere they become dead letters.
   */
  readonly tombstone?: (deleted: Tombstone, context: Context) => void | Promise<void>
}

type Handled<Data extends object> = MessageType<'command', Data> | MessageType<'event', Data>

/**
 * Handles a command or an event: `handler(PlaceOrder, (order, { insert, publish }) => { … })`.
 * It may run more than once for one message, so anything else that it does to the world needs an idempotency key.
 */
export function handler<Data extends object>(
  type: Handled<Data>,
  run: (data: Data, context: HandlerContext) => void | Promise<void>,
  { tombstone }: HandlerOptions<HandlerContext> = {},
): Handler {
  return { name: nameOf(type), handles: type, takes: 'message', run, tombstone }
}

/**
 * Handles a command or an event with SQL of its own: `transactionalHandler(PlaceOrder, async (order, { tx, publish }) => { … })`.
 * A transaction holds a connection and locks. So its messages are handled one after the other, and apart from those of other
 * handlers. It should not call the outside world: the transaction would stay open until the answer comes.
 */
export function transactionalHandler<Data extends object>(
  type: Handled<Data>,
  run: (data: Data, context: TransactionalContext) => void | Promise<void>,
  { tombstone }: HandlerOptions<TransactionalContext> = {},
): Handler {
  return { name: nameOf(type), handles: type, takes: 'message in transaction', run, tombstone }
}

/**
 * Handles all messages of its type that are taken together, so that SQL is written for a set: `batchHandler(OrderPlaced,
 * async (orders, { tx, each }) => { … })`. It reads once, decides in memory with `each`, and writes once; locks are taken in
 * one order by one statement. All is committed in one transaction with what was said and recorded for each message. Several
 * lanes share a run, so it must not call the outside world. Messages of one key are in the order in which they came.
 *
 * Each message still fails alone. What `each` throws is that message's failure. When anything else throws, nobody knows who
 * is to blame: then the batch is halved until one message is left.
 */
export function batchHandler<Data extends object>(
  type: Handled<Data>,
  run: (messages: readonly BatchedMessage<Data>[], batch: BatchContext<Data>) => Promise<void>,
): Handler {
  return { name: nameOf(type), handles: type, takes: 'batch', run }
}

const nameOf = ({ fullName }: MessageDescriptor) => fullName.slice(fullName.lastIndexOf('.') + 1)
