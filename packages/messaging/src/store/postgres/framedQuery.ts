import { type Connection, type PoolClient, Query, type QueryConfig, type QueryResult, type QueryResultRow } from 'pg'

/** What goes to the server together with a query, so that it costs no further way there and back. */
export type Frame = { readonly before: 'begin' } | { readonly after: 'commit' }

/** What became of both. Without an error they have succeeded, though PostgreSQL answers the commit of a failed transaction with ROLLBACK. */
export interface FramedResult<R extends QueryResultRow> {
  readonly result: QueryResult<R>
  readonly frame: QueryResult<QueryResultRow>
}

/**
 * Begins a transaction with its first query, or commits it with its last one. The server takes both as one: after an error it
 * passes over what is left of them, so that a query never runs outside of its transaction, and nothing is committed after one that has failed
 * (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY).
 * @param query with values: PostgreSQL would take several statements in one text otherwise
 */
export function framedQuery<R extends QueryResultRow>(
  client: PoolClient,
  query: QueryConfig,
  frame: Frame,
): Promise<FramedResult<R>> {
  return new Promise((resolve, reject) => {
    client.query(
      new FramedQuery(query, frame, (error, results) => {
        if (error) return reject(error)
        // After a value that could not be written pg calls again, with what became of the frame alone.
        const [first, second] = Array.isArray(results) ? results : []
        const [result, ofFrame] = 'before' in frame ? [second, first] : [first, second]
        resolve({ result: result as QueryResult<R>, frame: ofFrame as QueryResult })
      }),
    )
  })
}

/** pg's own messages, which its types do not know in full. */
interface Wire extends Connection {
  parse(message: { readonly text: string }): void
  bind(message: object): void
  execute(message: { readonly portal?: string }): void
}

/** What pg (8.23) calls to send a query. */
interface SentInParts {
  readonly portal: string
  prepare(connection: Wire): void
}

const Sent = Query as unknown as new (query: QueryConfig, values: undefined, callback: object) => SentInParts & Query

class FramedQuery extends Sent {
  readonly #frame: Frame

  constructor(query: QueryConfig, frame: Frame, callback: (error: Error | null, results?: QueryResult | QueryResult[]) => void) {
    super(query, undefined, callback)
    this.#frame = frame
  }

  override prepare(connection: Wire): void {
    if ('before' in this.#frame) run(connection, this.#frame.before)
    super.prepare(connection)
  }

  /** Called by `prepare`, last. */
  _getRows(connection: Wire): void {
    connection.execute({ portal: this.portal })
    if ('after' in this.#frame) run(connection, this.#frame.after)
    connection.sync()
  }
}

function run(connection: Wire, text: string): void {
  connection.parse({ text })
  connection.bind({})
  connection.execute({})
}
