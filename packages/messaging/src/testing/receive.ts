import type { Handler, HandlerContext, Incoming, Tx } from '../definition/handler.ts'
import type { Message } from '../definition/message.ts'
import { uuid7 } from '../uuid7.ts'

/** A row that a handler has recorded. */
export interface InsertedRow {
  readonly table: string
  readonly row: Readonly<Record<string, unknown>>
}

/** What a handler has said: nothing when it threw. */
export interface Received {
  readonly published: readonly Message[]
  readonly sent: readonly Message[]
  readonly inserted: readonly InsertedRow[]
  /** What it threw. */
  readonly error: unknown
}

export interface ReceiveOptions {
  /** For a handler that uses SQL: a real transaction, or a stand-in. */
  readonly tx?: Tx
  readonly message?: Partial<Incoming>
}

/**
 * Gives one message to a handler, without a broker: `const { published } = await receive(placeOrder, PlaceOrder({ … }))`.
 * @throws TypeError when the handler does not handle that message
 */
export async function receive(handler: Handler, message: Message, options: ReceiveOptions = {}): Promise<Received> {
  if (message.type.fullName !== handler.handles.fullName)
    throw new TypeError(`${handler.name} handles ${handler.handles.fullName}, not ${message.type.fullName}`)
  const said = { published: [] as Message[], sent: [] as Message[], inserted: [] as InsertedRow[] }
  try {
    await handler.run(message.data as never, testContext(incomingOf(message, options.message), options.tx ?? noTx, said))
    return { ...said, error: undefined }
  } catch (error) {
    return { published: [], sent: [], inserted: [], error }
  }
}

interface Said {
  readonly published: Message[]
  readonly sent: Message[]
  readonly inserted: InsertedRow[]
}

export function testContext(message: Incoming, tx: Tx, said: Said): HandlerContext {
  return {
    message,
    tx,
    publish: (event) => void said.published.push(event),
    send: (command) => void said.sent.push(command),
    insert: (table, row) => void said.inserted.push({ table: table.name, row }),
  }
}

export function incomingOf({ type }: Message, known: Partial<Incoming> = {}): Incoming {
  const id = known.id ?? uuid7()
  return { id, conversationId: id, causationId: undefined, type, time: new Date(), attempt: 1, trace: {}, ...known }
}

export const noTx: Tx = {
  query: () => Promise.reject(new Error('This handler uses tx: give the test one, receive(handler, message, { tx }).')),
}
