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
  /** What it has counted, by the counter's name. */
  readonly counted: Readonly<Record<string, number>>
  /** What it threw, or why its effects cannot be saved or sent. */
  readonly error: unknown
}

export interface ReceiveOptions {
  /** For a transactional handler or a batch handler: a real transaction, or an object of the test. */
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
  const { tx = noTx } = options
  if (delivery.route?.handler?.takes !== 'batch') return toReceived(steps, await steps.run(delivery, new SagaStates([]), tx))
  const [decided] = await steps.runTogether([delivery], tx)
  return decided === undefined ? nothingDone(new TypeError('nothing was decided')) : toReceived(steps, decided)
}

/**
 * Gives messages of one type together to an endpoint's batch handler: `const [first] = await receiveTogether(sales,
 * [PlaceOrder({ … }), PlaceOrder({ … })], { tx })`. What `each` throws is the failure of that message, and the others are
 * decided again without it; any other error is that of all.
 * @returns what was done for each message, in their order
 * @throws as {@link receive}; TypeError when they are not of one type that a batch handler handles
 */
export async function receiveTogether(
  endpoint: Endpoint,
  messages: readonly Message[],
  { tx = noTx }: Pick<ReceiveOptions, 'tx'> = {},
): Promise<Received[]> {
  const steps = await engineSteps(endpoint)
  const deliveries = await Promise.all(messages.map((message) => steps.deliver(message)))
  const decided = await steps.runTogether(deliveries, tx)
  return Promise.all(decided.map((each) => toReceived(steps, each)))
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
    counted: sums(effects),
    error: undefined,
  }
}

function sums({ counted }: Effects): Record<string, number> {
  const all: Record<string, number> = {}
  for (const { counter, by } of counted) all[counter.name] = (all[counter.name] ?? 0) + by
  return all
}

const nothingDone = (error: unknown): Received => ({ published: [], sent: [], inserted: [], counted: {}, error })

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
