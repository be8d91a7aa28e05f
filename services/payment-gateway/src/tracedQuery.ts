import { traced } from '@petrel/messaging'

/**
 * A call of the database, as a span of the request that waits for it. What is written for several requests at once is called from
 * outside of `coalescing`: inside it is one call for all of them, and has the trace of whoever came first.
 */
export const tracedQuery = <T>(operation: 'insert' | 'select', table: string, query: () => Promise<T>): Promise<T> =>
  traced(
    operation,
    {
      kind: 'client',
      attributes: { 'db.system.name': 'postgresql', 'db.operation.name': operation, 'db.collection.name': table },
    },
    query,
  )
