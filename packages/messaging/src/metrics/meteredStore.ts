import { Histogram } from 'prom-client'
import type { Store, StoreTransaction } from '../store/port.ts'
import type { MetricsRegistry } from './registry.ts'

/** In seconds. */
const saveBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** A store that measures how long it takes to save. What it refuses, and what fails, counts as well. */
export function meteredStore(store: Store, registry: MetricsRegistry): Store {
  const duration = new Histogram({
    name: 'petrel_save_duration_seconds',
    help: 'What one save in the database takes, with its commit; lanes share it',
    buckets: saveBuckets,
    registers: [registry],
  })
  const measured = async <T>(saving: Promise<T>): Promise<T> => {
    const began = performance.now()
    try {
      return await saving
    } finally {
      duration.observe((performance.now() - began) / 1000)
    }
  }
  const meteredTransaction = (transaction: StoreTransaction): StoreTransaction => ({
    get unavailable() {
      return transaction.unavailable
    },
    query: (sql, values) => transaction.query(sql, values),
    commit: (units) => measured(transaction.commit(units)),
    rollback: () => transaction.rollback(),
  })
  return {
    ...store,
    save: (units) => measured(store.save(units)),
    begin: async () => meteredTransaction(await store.begin()),
  }
}
