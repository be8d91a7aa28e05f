import type { OutgoingRecord } from '../broker/port.ts'
import type { Counter } from '../definition/counter.ts'
import type { Duration } from '../definition/duration.ts'
import { milliseconds } from '../definition/duration.ts'
import type { HandlerContext, Incoming, TransactionalContext, Tx } from '../definition/handler.ts'
import type { Message, MessageKind } from '../definition/message.ts'
import type { Columns, Row, Table } from '../definition/table.ts'
import type { ScheduledRecord } from '../store/port.ts'
import type { EncodeMessage } from './encodeMessage.ts'
import type { Run } from './runningHandlers.ts'

/** What one run of a handler has recorded. It is saved when the handler returns, and dropped when it throws. */
export interface Effects {
  readonly outgoing: OutgoingRecord[]
  readonly rows: { readonly table: Table; readonly row: Readonly<Record<string, unknown>> }[]
  readonly scheduled: ScheduledRecord[]
  readonly counted: { readonly counter: Counter; readonly by: number }[]
}

export const noEffects = (): Effects => ({ outgoing: [], rows: [], scheduled: [], counted: [] })

/** One run of a handler: its message, what it records, and whether it may still record. */
export interface Recording {
  readonly message: Incoming
  readonly encodeMessage: EncodeMessage
  readonly effects: Effects
  readonly run: Run
  readonly counters: readonly Counter[]
  /** When the run began, in milliseconds since the epoch. */
  readonly startedAt: number
}

/** The context that a handler gets: every call only adds to `effects`. */
export function recordingContext({ message, encodeMessage, effects, run, counters }: Recording): HandlerContext {
  return {
    message,
    get signal() {
      return run.signal
    },
    get tx(): never {
      throw new Error(
        `${message.type.fullName} is handled without a transaction: define its handler with transactionalHandler(…) to use tx.`,
      )
    },
    publish(event) {
      run.refuseIfOver('publish')
      expectKind(event, 'event', 'publish')
      effects.outgoing.push(encodeMessage(event, message).record)
    },
    send(command) {
      run.refuseIfOver('send')
      expectKind(command, 'command', 'send')
      effects.outgoing.push(encodeMessage(command, message).record)
    },
    insert<C extends Columns>(table: Table<C>, row: Row<C>) {
      run.refuseIfOver('insert')
      effects.rows.push({ table, row })
    },
    count(counter, by = 1) {
      run.refuseIfOver('count')
      refuseUncountable(counters, counter, by)
      effects.counted.push({ counter, by })
    },
  } as HandlerContext
}

/** The context of a transactional handler: the same, and `tx`. */
export function transactionalContext(recording: Recording, tx: Tx): TransactionalContext {
  const value = duringRun(tx, recording.run)
  return Object.defineProperty(recordingContext(recording), 'tx', { value, enumerable: true }) as TransactionalContext
}

/** A `tx` that refuses queries when the run is over. */
export const duringRun = (tx: Tx, run: Run): Tx => ({
  async query(sql, values) {
    run.refuseIfOver('tx.query')
    return tx.query(sql, values)
  },
})

/** Records a saga's timeout as a scheduled record. */
export function requestTimeout(timeout: Message<'timeout'>, after: Duration, recording: Recording): void {
  recording.run.refuseIfOver('requestTimeout')
  expectKind(timeout, 'timeout', 'requestTimeout')
  const { id, record } = recording.encodeMessage(timeout, recording.message)
  recording.effects.scheduled.push({ id, dueAt: new Date(recording.startedAt + milliseconds(after)), record })
}

/** The compiler refuses it as well: this is for handlers in JavaScript. */
function expectKind({ type }: Message, kind: MessageKind, verb: string): void {
  if (type.kind !== kind)
    throw new TypeError(`${verb}(${type.fullName}): it is ${aKind(type.kind)}; only ${aKind(kind)} can be used here.`)
}

const aKind = (kind: MessageKind) => (kind === 'event' ? 'an event' : `a ${kind}`)

/** A failed count would come after the save, when nothing can be undone: so it is refused while the handler runs. */
export function refuseUncountable(counters: readonly Counter[], counter: Counter, by: number): void {
  if (!counters.includes(counter)) throw new TypeError(`count(${counter.name}): list it in the endpoint's counters.`)
  if (!Number.isFinite(by) || by < 0) throw new TypeError(`count(${counter.name}, ${by}): a counter only grows.`)
}
