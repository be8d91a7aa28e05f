import type { Store, StoreTransaction, UnitOfWork } from '../store/port.ts'
import { activeTraceId, traced } from './active.ts'
import { databaseAttributes } from './attributes.ts'
import type { MessageSpans } from './messageSpans.ts'
import type { SentSpans } from './sentSpans.ts'
import { together } from './together.ts'
import type { TraceContext } from './traceContext.ts'

/** A store whose saves, commits and queries are spans of the messages that they are for. */
export function storeTracing(store: Store, { spans, handling }: MessageSpans, sent: SentSpans): Store {
  const contexts = (units: readonly UnitOfWork[]) => {
    const found: TraceContext[] = []
    for (const { handled } of units)
      for (const identity of handled) {
        const span = handling.of(identity)
        if (span !== undefined) found.push(span.context)
      }
    return found
  }
  const saving = async <T>(operation: string, units: readonly UnitOfWork[], save: () => Promise<T>): Promise<T> => {
    // The commit of a batch handler is a part of its span.
    const saved = await (activeTraceId() === undefined
      ? together(spans, operation, contexts(units), save)
      : traced(operation, { kind: 'client', attributes: databaseAttributes(operation) }, save))
    for (const { scheduled } of units) sent.scheduled(scheduled)
    return saved
  }
  const tracedTransaction = (transaction: StoreTransaction): StoreTransaction => ({
    get unavailable() {
      return transaction.unavailable
    },
    query: (sql, values) => tracedQuery(sql, () => transaction.query(sql, values)),
    commit: (units) => saving('commit', units, () => transaction.commit(units)),
    rollback: () => transaction.rollback(),
  })
  return {
    ...store,
    save: (units) => saving('save', units, () => store.save(units)),
    begin: async () => tracedTransaction(await store.begin()),
  }
}

const longestText = 200

/** Values are not in the text of a query, and so not in the trace. */
function tracedQuery<R>(sql: string, query: () => Promise<R>): Promise<R> {
  const operation = /^\s*(\w+)/.exec(sql)?.[1]?.toLowerCase() ?? 'query'
  const attributes = () => ({ ...databaseAttributes(operation), 'db.query.text': sql.trim().slice(0, longestText) })
  return traced(operation, { kind: 'client', attributes }, query)
}
