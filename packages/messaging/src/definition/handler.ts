import type { Message, MessageDescriptor, MessageType } from './message.ts'
import type { Columns, Row, Table } from './table.ts'

/** What is known of the message being handled. */
export interface Incoming {
  /** Stable over redelivery, retry and replay: use it as idempotency key for what the transaction does not cover. */
  readonly id: string
  readonly conversationId: string
  readonly causationId: string | undefined
  readonly type: MessageDescriptor
  /** When it was sent. */
  readonly time: Date
  /** 1 for the first try; immediate and delayed retries count on. */
  readonly attempt: number
  /** W3C trace context (`traceparent`, `tracestate`) as it came; goes on with everything said. */
  readonly trace: Readonly<Record<string, string>>
}

/** SQL inside the endpoint's transaction: opened on first use, committed together with everything the handler said. */
export interface Tx {
  /** @returns the rows; numbers of type bigint arrive as JavaScript numbers. */
  query<R extends object = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<R[]>
}

/** What a handler may do. All of it is only recorded, and happens when the handler has returned: one that throws has said nothing to anybody. */
export interface HandlerContext {
  readonly message: Incoming
  publish(this: void, event: Message<'event'>): void
  send(this: void, command: Message<'command'>): void
  /** Records a row; the engine writes all rows of a batch with one statement a table. */
  insert<C extends Columns>(this: void, table: Table<C>, row: Row<C>): void
  readonly tx: Tx
}

/** One function for one message type. */
export interface Handler {
  readonly name: string
  readonly handles: MessageDescriptor
  readonly run: (data: never, context: HandlerContext) => void | Promise<void>
}

/**
 * Handles a command or an event: `handler(PlaceOrder, (order, { insert, publish }) => { … })`.
 * It may run more than once for one message, so what it does outside `tx` and `insert` needs an idempotency key.
 */
export function handler<Data extends object>(
  type: MessageType<'command', Data> | MessageType<'event', Data>,
  run: (data: Data, context: HandlerContext) => void | Promise<void>,
): Handler {
  return { name: type.fullName.slice(type.fullName.lastIndexOf('.') + 1), handles: type, run }
}
