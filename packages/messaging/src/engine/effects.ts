import type { OutgoingRecord } from '../broker/port.ts'
import type { Duration } from '../definition/duration.ts'
import { milliseconds } from '../definition/duration.ts'
import type { HandlerContext, Incoming, Tx } from '../definition/handler.ts'
import type { Message, MessageKind } from '../definition/message.ts'
import type { Columns, Row, Table } from '../definition/table.ts'
import type { ScheduledRecord } from '../store/port.ts'

/** What one run of a handler has said; it counts when the run has ended well, and is dropped when it throws. */
export interface Effects {
  readonly outgoing: OutgoingRecord[]
  readonly rows: { readonly table: Table; readonly row: Readonly<Record<string, unknown>> }[]
  readonly scheduled: ScheduledRecord[]
}

/** What a message is said because of: the message in hand, or (without an id) something outside the bus. */
export type Cause = Pick<Incoming, 'trace'> & { readonly id?: string; readonly conversationId?: string }

/** A record on its way out, and its `ce_id`. */
export interface EncodedMessage {
  readonly id: string
  readonly record: OutgoingRecord
}

/** Turns a message into the record that will carry it. @throws Error when its data does not fit its schema or the endpoint does not say it. */
export type EncodeMessage = (message: Message, cause: Cause, id?: string) => EncodedMessage

export const noEffects = (): Effects => ({ outgoing: [], rows: [], scheduled: [] })

/** The context a handler gets: every call only adds to `effects`. */
export function recordingContext(message: Incoming, tx: Tx, encodeMessage: EncodeMessage, effects: Effects): HandlerContext {
  return {
    message,
    tx,
    publish(event) {
      expectKind(event, 'event', 'publish')
      effects.outgoing.push(encodeMessage(event, message).record)
    },
    send(command) {
      expectKind(command, 'command', 'send')
      effects.outgoing.push(encodeMessage(command, message).record)
    },
    insert<C extends Columns>(table: Table<C>, row: Row<C>) {
      effects.rows.push({ table, row })
    },
  }
}

/** Records a saga's alarm as a record that is due later. */
export function requestTimeout(
  alarm: Message<'timeout'>,
  after: Duration,
  message: Incoming,
  encodeMessage: EncodeMessage,
  effects: Effects,
): void {
  expectKind(alarm, 'timeout', 'requestTimeout')
  const { id, record } = encodeMessage(alarm, message)
  effects.scheduled.push({ id, dueAt: new Date(Date.now() + milliseconds(after)), record })
}

/** The compiler says it first; this is for callers in JavaScript. */
function expectKind({ type }: Message, kind: MessageKind, verb: string): void {
  if (type.kind !== kind)
    throw new TypeError(`${verb}(${type.fullName}): it is ${aKind(type.kind)}; only ${aKind(kind)} can be used here.`)
}

const aKind = (kind: MessageKind) => (kind === 'event' ? 'an event' : `a ${kind}`)
