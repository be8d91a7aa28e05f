import type { Store, StoreTransaction, UnitOfWork } from '../store/port.ts'

/**
 * A store that tells when the records that it was asked to schedule are due. It does so after a failed save as well: perhaps
 * only the answer was lost.
 */
export function tellDueTimes(store: Store, tell: (dueAt: Date) => void): Store {
  const telling = async <T>(units: readonly UnitOfWork[], saving: Promise<T>): Promise<T> => {
    try {
      return await saving
    } finally {
      for (const { dueAt } of units.flatMap(({ scheduled }) => scheduled)) tell(dueAt)
    }
  }
  const tellingTransaction = (transaction: StoreTransaction): StoreTransaction => ({
    get unavailable() {
      return transaction.unavailable
    },
    query: (sql, values) => transaction.query(sql, values),
    commit: (units) => telling(units, transaction.commit(units)),
    rollback: () => transaction.rollback(),
  })
  return {
    ...store,
    save: (units) => telling(units, store.save(units)),
    begin: async () => tellingTransaction(await store.begin()),
  }
}
