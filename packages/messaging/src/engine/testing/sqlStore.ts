import { type Table, table } from '../../definition/table.ts'
import type { MemoryStore } from '../../store/memory.ts'
import { type UnitOfWork, type StoreTransaction, StoreUnavailable, WriteRefused } from '../../store/port.ts'

/** What handlers wrote with `tx`. */
export const written: Table = table('written', { by: 'text' })

export interface SqlStore extends MemoryStore {
  /** Everything it was asked to save, what it refused too. */
  readonly asked: readonly UnitOfWork[]
  /** Transactions that a handler has used and nobody has ended. */
  open(): number
}

/** SQL as far as these tests go: each query is one word. */
export const sql = {
  /** Writes its first value. */
  write: 'write',
  /** Is refused for what it asks. */
  refused: 'refused',
  /** Loses the connection. */
  lost: 'lost',
} as const

/** The memory store, with a transaction that handlers can use: what they write is saved with the batch, or not at all. */
export function sqlStore(store: MemoryStore): SqlStore {
  const used = new Set<OneWordTransaction>()
  const asked: UnitOfWork[] = []
  return {
    ...store,
    asked,
    transaction: () => new OneWordTransaction(used),
    async save(work, transaction) {
      asked.push(work)
      if (!(transaction instanceof OneWordTransaction)) throw new TypeError('save needs a transaction of this store')
      return store.save(withWritten(work, transaction.end()), store.transaction())
    },
    open: () => used.size,
  }
}

function withWritten(work: UnitOfWork, by: readonly unknown[]): UnitOfWork {
  if (by.length === 0) return work
  return {
    ...work,
    rows: new Map([...work.rows, [written, by.map((each) => ({ by: each }))]]),
  }
}

class OneWordTransaction implements StoreTransaction {
  readonly #open: Set<OneWordTransaction>
  readonly #written: unknown[] = []
  #failure: StoreUnavailable | WriteRefused | undefined
  #ended = false
  used = false

  constructor(open: Set<OneWordTransaction>) {
    this.#open = open
  }

  get unavailable(): StoreUnavailable | undefined {
    return this.#failure instanceof StoreUnavailable ? this.#failure : undefined
  }

  async query<R extends object>(word: string, values: readonly unknown[] = []): Promise<R[]> {
    if (this.#ended) throw new Error('a query after the batch had ended')
    this.used = true
    this.#open.add(this)
    await Promise.resolve()
    if (this.#failure === undefined && word === sql.refused) this.#failure = new WriteRefused('the query is refused')
    if (this.#failure === undefined && word === sql.lost) this.#failure = new StoreUnavailable('the connection is lost')
    if (this.#failure !== undefined) throw this.#failure
    this.#written.push(values[0])
    return []
  }

  /** @returns what was written. @throws what failed first */
  end(): readonly unknown[] {
    if (this.#ended) throw new Error('the transaction has ended before')
    this.#ended = true
    this.#open.delete(this)
    if (this.#failure !== undefined) throw this.#failure
    return this.#written
  }

  async rollback(): Promise<void> {
    this.#ended = true
    this.#open.delete(this)
  }
}
