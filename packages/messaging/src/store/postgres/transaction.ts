import {
  type CustomTypesConfig,
  type Pool,
  type PoolClient,
  type QueryConfig,
  type QueryResult,
  type QueryResultRow,
  types,
} from 'pg'
import { loggedAs, messageForLog } from '../../errorForLog.ts'
import { StoreUnavailable, type StoreTransaction, type UnitOfWork, WriteRefused } from '../port.ts'
import { type Lease, lease } from './connections.ts'
import { failureOf, type SaveFailure } from './failures.ts'
import { framedQuery } from './framedQuery.ts'
import { saveFailure } from './saveFailure.ts'
import { outboxIds, type SaveResult, type SaveStatements } from './saveStatement.ts'

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

/** Waits for a connection. @throws StoreUnavailable */
export async function beginTransaction(pool: Pool, saves: SaveStatements): Promise<StoreTransaction> {
  return new PostgresTransaction(await lease(pool), saves)
}

/**
 * A transaction on a connection. It begins with its first query and is committed with the save, so that these cost no ways of their own
 * to PostgreSQL and back; without a query the save alone is one. Handlers run side by side, so their queries wait for each other.
 */
class PostgresTransaction implements StoreTransaction {
  readonly #lease: Lease
  readonly #saves: SaveStatements
  #line: Promise<unknown> = Promise.resolve()
  #firstFailure: SaveFailure | undefined
  #begun = false
  #ended = false

  constructor(leased: Lease, saves: SaveStatements) {
    this.#lease = leased
    this.#saves = saves
  }

  get unavailable(): StoreUnavailable | undefined {
    const failure = this.#failure()
    return failure instanceof StoreUnavailable ? failure : undefined
  }

  /**
   * @throws WriteRefused (its cause is pg's error) and StoreUnavailable. From then on every query fails, since PostgreSQL has
   * aborted the transaction.
   */
  async query<R extends object = Record<string, unknown>>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    if (this.#ended) throw new Error(`tx.query after the handler's transaction had ended: await every query. ${start(sql)}`)
    if (transactionControl.test(sql))
      throw new Error(`The engine begins and ends the transaction, a handler must not: leave out ${start(sql)}`)
    return this.#inTurn((client) =>
      this.#query<R & QueryResultRow>(client, { text: sql, values: [...values], types: resultTypes }),
    )
  }

  /** Handlers can add nothing from here on. */
  async commit(units: readonly UnitOfWork[]): Promise<readonly (string | undefined)[]> {
    if (this.#ended) throw new Error('This transaction has ended: begin another one.')
    this.#ended = true
    try {
      const statement = this.#saves.for(units)
      const [result] = await this.#inTurn((client) => this.#save(client, statement))
      this.#lease.release()
      return outboxIds(units, result)
    } catch (error) {
      await this.#undo()
      throw saveFailure(this.unavailable ?? error, units)
    }
  }

  async rollback(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    await this.#undo()
  }

  async #undo(): Promise<void> {
    await this.#line
    this.#lease.release(this.unavailable ?? (this.#begun ? await rollBack(this.#lease) : undefined))
  }

  async #query<R extends QueryResultRow>(client: PoolClient, query: Query): Promise<QueryResult<R>> {
    if (this.#begun) return client.query<R>(query)
    // Whatever becomes of the query, the transaction may be open from here on.
    this.#begun = true
    if (query.values.length > 0) return (await framedQuery<R>(client, query, { before: 'begin' })).result
    // Without values it may be several statements in one text.
    await client.query('begin')
    return client.query<R>(query)
  }

  async #save(client: PoolClient, statement: QueryConfig | undefined): Promise<Pick<QueryResult<SaveResult>, 'rows'>> {
    if (!this.#begun) return statement === undefined ? { rows: [] } : client.query<SaveResult>(statement)
    if (statement === undefined) {
      requireCommit(await client.query('commit'))
      return { rows: [] }
    }
    const { result, frame } = await framedQuery<SaveResult>(client, statement, { after: 'commit' })
    requireCommit(frame)
    return result
  }

  /** Queries wait in line for the one connection. */
  #inTurn<R extends QueryResultRow>(task: Task<R>): Promise<R[]> {
    const turn = this.#line.then(() => this.#run(task))
    this.#line = turn.catch(() => undefined)
    return turn
  }

  async #run<R extends QueryResultRow>(task: Task<R>): Promise<R[]> {
    const failed = this.#failure()
    if (failed !== undefined) throw aborted(failed)
    try {
      const { rows } = await task(this.#lease.client)
      return rows
    } catch (error) {
      if (isTheCallersOwn(error)) throw error
      this.#firstFailure = failureOf(this.#lease.lost() ?? error)
      throw this.#firstFailure
    }
  }

  /** Why the transaction has failed. A connection can also be lost between two queries. */
  #failure(): SaveFailure | undefined {
    const lost = this.#lease.lost()
    if (this.#firstFailure === undefined && lost !== undefined) this.#firstFailure = failureOf(lost)
    return this.#firstFailure
  }
}

type Task<R extends QueryResultRow> = (client: PoolClient) => Promise<Pick<QueryResult<R>, 'rows'>>

type Query = QueryConfig & { readonly values: readonly unknown[] }

/** @returns why it could not; then the connection must be closed, and PostgreSQL rolls back */
async function rollBack({ client }: Lease): Promise<StoreUnavailable | undefined> {
  try {
    await client.query('rollback')
    return undefined
  } catch (error) {
    return new StoreUnavailable('The transaction could not be rolled back.', { cause: error })
  }
}

/** PostgreSQL answers the commit of a failed transaction with ROLLBACK, and no error. */
function requireCommit({ command }: QueryResult): void {
  if (command !== 'COMMIT') throw new WriteRefused('PostgreSQL rolled the transaction back instead of committing it.')
}

/** A value that pg cannot write, or a bigint that is no number: PostgreSQL has not seen it, and the transaction goes on. */
const isTheCallersOwn = (error: unknown) => error instanceof TypeError || error instanceof RangeError

function aborted(first: SaveFailure): Error {
  if (first instanceof StoreUnavailable) return first
  return loggedAs(new WriteRefused(afterFailure(first.message), { cause: first }), afterFailure(messageForLog(first)))
}

const afterFailure = (message: string) => `An earlier query of this transaction failed: ${message}`

const start = (sql: string) => `"${sql.trim().slice(0, 60)}"`
