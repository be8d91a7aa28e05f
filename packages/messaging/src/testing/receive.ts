import type { Endpoint } from '../definition/endpoint.ts'
import type { Incoming, Tx } from '../definition/handler.ts'
import type { Message } from '../definition/message.ts'
import { type Decided, isFailed } from '../engine/attempt.ts'
import type { Effects } from '../engine/effects.ts'
import { SagaStates } from '../engine/sagas.ts'
import { memoryStore } from '../store/memory.ts'
import { engineSteps, type EngineSteps } from './engineSteps.ts'

/** A row that a handler has recorded. */
export interface InsertedRow {
  readonly table: string
  readonly row: Readonly<Record<string, unknown>>
}

/** What a handler has done: nothing when it threw. */
export interface Received {
  readonly published: readonly Message[]
  readonly sent: readonly Message[]
  readonly inserted: readonly InsertedRow[]
  /** What it threw, or why its effects cannot be saved or sent. */
  readonly error: unknown
}

export interface ReceiveOptions {
  /** For a transactional handler: a real transaction, or an object of the test. */
  readonly tx?: Tx
  readonly message?: Partial<Incoming>
}

/**
 * Gives one message to an endpoint's handler, without a broker:
 * `const { published } = await receive(sales, PlaceOrder({ … }))`. It does what the engine does: the message goes through
 * Avro, what the handler produces must be in `produces` and fit its schema, and rows must fit their columns.
 * @throws TypeError when the endpoint does not handle that message; InvalidMessage when it does not fit its schema
 */
export async function receive(endpoint: Endpoint, message: Message, options: ReceiveOptions = {}): Promise<Received> {
  const steps = await engineSteps(endpoint)
  const delivery = await steps.deliver(message, options.message)
  return toReceived(steps, await steps.run(delivery, new SagaStates([]), options.tx ?? noTx))
}

/** The effects of a run, or why it has none. */
export async function toReceived({ messageOf }: EngineSteps, decided: Decided): Promise<Received> {
  if (isFailed(decided)) return nothingDone(decided.error)
  const { effects } = decided
  const refused = await refusal(effects)
  if (refused !== undefined) return nothingDone(refused)
  const messages = effects.outgoing.map(messageOf)
  return {
    published: messages.filter(({ type }) => type.kind === 'event'),
    sent: messages.filter(({ type }) => type.kind === 'command'),
    inserted: effects.rows.map(({ table, row }) => ({ table: table.name, row })),
    error: undefined,
  }
}

const nothingDone = (error: unknown): Received => ({ published: [], sent: [], inserted: [], error })

/** Why the rows do not fit the columns of their tables. Constraints of the database are not checked. */
async function refusal({ rows }: Effects): Promise<unknown> {
  const unit = { lane: 'test', handled: [], outgoing: [], sagas: [], scheduled: [], sent: [] }
  const byTable = new Map(rows.map(({ table }) => [table, rows.filter((each) => each.table === table).map(({ row }) => row)]))
  return memoryStore()
    .save([{ ...unit, rows: byTable }])
    .then(
      () => undefined,
      (error: unknown) => error,
    )
}

const noTx: Tx = {
  query: () => Promise.reject(new Error('This handler uses tx: give the test one, receive(endpoint, message, { tx }).')),
}
