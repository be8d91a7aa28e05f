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
  /** W3C trace context (`traceparent`, `tracestate`) as it came. Messages that the handler produces get the same. */
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
}

/** What a {@link transactionalHandler} may do. */
export interface TransactionalContext extends HandlerContext {
  readonly tx: Tx
}

/** One function for one message type. */
export interface Handler {
  readonly name: string
  readonly handles: MessageDescriptor
  /** Whether it gets `tx`: then it runs in a transaction, one message after the other. */
  readonly transactional: boolean
  readonly run: (data: never, context: never) => void | Promise<void>
}

type Handled<Data extends object> = MessageType<'command', Data> | MessageType<'event', Data>

/**
 * Handles a command or an event: `handler(PlaceOrder, (order, { insert, publish }) => { … })`.
 * It may run more than once for one message, so anything else that it does to the world needs an idempotency key.
 */
export function handler<Data extends object>(
  type: Handled<Data>,
  run: (data: Data, context: HandlerContext) => void | Promise<void>,
): Handler {
  return { name: nameOf(type), handles: type, transactional: false, run }
}

/**
 * Handles a command or an event with SQL of its own: `transactionalHandler(PlaceOrder, async (order, { tx, publish }) => { … })`.
 * A transaction holds a connection and locks. So its messages are handled one after the other, and apart from those of other
 * handlers. It should not call the outside world: the transaction would stay open until the answer comes.
 */
export function transactionalHandler<Data extends object>(
  type: Handled<Data>,
  run: (data: Data, context: TransactionalContext) => void | Promise<void>,
): Handler {
  return { name: nameOf(type), handles: type, transactional: true, run }
}

const nameOf = ({ fullName }: MessageDescriptor) => fullName.slice(fullName.lastIndexOf('.') + 1)
