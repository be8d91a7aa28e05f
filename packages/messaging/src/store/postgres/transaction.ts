import {
  type CustomTypesConfig,
  type Pool,
  type PoolClient,
  type QueryConfig,
  type QueryResult,
  type QueryResultRow,
  types,
} from 'pg'
import { StoreUnavailable, type StoreTransaction, WriteRefused } from '../port.ts'
import { type Lease, lease } from './connections.ts'
import { failureOf, type SaveFailure } from './failures.ts'

const bigintOid = types.builtins.INT8

/** How rows arrive in handlers: bigint as number, all else as pg does it (numeric as text, timestamptz as Date). */
const resultTypes: CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === bigintOid ? exactNumber : types.getTypeParser(oid, format)),
}

function exactNumber(text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number)) return number
  throw new RangeError(`The bigint ${text} does not fit a JavaScript number; select it as text (column::text).`)
}

const transactionControl = /^\s*(begin|start\s+transaction|commit|end|rollback|abort|savepoint|release|prepare\s+transaction)\b/i

/** A transaction on one connection, taken with the first query. Handlers run side by side, so their queries wait in line. */
export class PostgresTransaction implements StoreTransaction {
  readonly #pool: Pool
  #lease: Lease | undefined
  #line: Promise<unknown> = Promise.resolve()
  #failure: SaveFailure | undefined
  #used = false
  #ended = false

  constructor(pool: Pool) {
    this.#pool = pool
  }

  get used(): boolean {
    return this.#used
  }

  get unavailable(): StoreUnavailable | undefined {
    return this.#failure instanceof StoreUnavailable ? this.#failure : undefined
  }

  /** @throws WriteRefused (cause: pg's error), StoreUnavailable; from then on every query fails, since PostgreSQL has given up the transaction */
  async query<R extends object = Record<string, unknown>>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    if (this.#ended) throw new Error(`tx.query after the handler's batch had ended: await every query. ${start(sql)}`)
    if (transactionControl.test(sql))
      throw new Error(`The engine begins and ends the transaction, a handler must not: leave out ${start(sql)}`)
    this.#used = true
    return this.#inTurn((client) => client.query<R & QueryResultRow>({ text: sql, values: [...values], types: resultTypes }))
  }

  /** Runs the last statement and commits; handlers can add nothing from here on. @returns its rows. @throws what failed first; then all is rolled back */
  async commitWith<R extends QueryResultRow>(statement: QueryConfig | undefined): Promise<R[]> {
    this.#ended = true
    try {
      const rows = statement === undefined ? [] : await this.#inTurn((client) => client.query<R>(statement))
      await this.#inTurn(commit)
      this.#giveBack()
      return rows
    } catch (error) {
      await this.#undo()
      throw failureOf(error)
    }
  }

  async rollback(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    await this.#undo()
  }

  async #undo(): Promise<void> {
    await this.#line
    this.#giveBack(this.unavailable ?? (await rollBack(this.#lease)))
  }

  #giveBack(failure?: Error): void {
    this.#lease?.release(failure)
    this.#lease = undefined
  }

  #inTurn<R extends QueryResultRow>(task: (client: PoolClient) => Promise<QueryResult<R>>): Promise<R[]> {
    const turn = this.#line.then(() => this.#run(task))
    this.#line = turn.catch(() => undefined)
    return turn
  }

  async #run<R extends QueryResultRow>(task: (client: PoolClient) => Promise<QueryResult<R>>): Promise<R[]> {
    if (this.#failure !== undefined) throw aborted(this.#failure)
    try {
      const { rows } = await task(await this.#begun())
      return rows
    } catch (error) {
      if (isTheCallersOwn(error)) throw error
      this.#failure = failureOf(error)
      throw this.#failure
    }
  }

  async #begun(): Promise<PoolClient> {
    if (this.#lease !== undefined) return this.#lease.client
    this.#lease = await lease(this.#pool)
    await this.#lease.client.query('begin')
    return this.#lease.client
  }
}

/** @returns why it could not; then the connection must be closed, and the transaction goes with it */
async function rollBack(lease: Lease | undefined): Promise<StoreUnavailable | undefined> {
  try {
    await lease?.client.query('rollback')
    return undefined
  } catch (error) {
    return new StoreUnavailable('The transaction could not be rolled back.', { cause: error })
  }
}

/** PostgreSQL answers the commit of a failed transaction with ROLLBACK, and no error. */
async function commit(client: PoolClient): Promise<QueryResult<QueryResultRow>> {
  const result = await client.query('commit')
  if (result.command !== 'COMMIT') throw new WriteRefused('PostgreSQL rolled the transaction back instead of committing it.')
  return result
}

/** A value pg cannot write, or a bigint that is no number: found on our side, the transaction is as good as before. */
const isTheCallersOwn = (error: unknown) => error instanceof TypeError || error instanceof RangeError

function aborted(first: SaveFailure): Error {
  if (first instanceof StoreUnavailable) return first
  return new WriteRefused(`An earlier query of this transaction failed: ${first.message}`, { cause: first })
}

const start = (sql: string) => `"${sql.trim().slice(0, 60)}"`
