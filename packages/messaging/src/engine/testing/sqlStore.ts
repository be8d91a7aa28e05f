import { type Table, table } from '../../definition/table.ts'
import type { MemoryStore } from '../../store/memory.ts'
import { type UnitOfWork, type StoreTransaction, StoreUnavailable, WriteRefused } from '../../store/port.ts'

/** What handlers wrote with `tx`. */
export const written: Table = table('written', { by: 'jsonb' })

export interface SqlStore extends MemoryStore {
  /** Every unit that it got to save, including those it refused. */
  readonly unitsReceived: readonly UnitOfWork[]
  /** How many transactions were begun and have not ended. */
  openTransactions(): number
}

/** The SQL of these tests: each query is one word. */
export const sql = {
  /** Writes its first value. */
  write: 'write',
  /** Is refused, as a query that breaks a constraint is. */
  refused: 'refused',
  /** Loses the connection. */
  lost: 'lost',
} as const

/** The memory store with transactions that handlers can use: what they write is saved with the unit, or not at all. */
export function sqlStore(store: MemoryStore): SqlStore {
  const open = new Set<OneWordTransaction>()
  const unitsReceived: UnitOfWork[] = []
  const save = (units: readonly UnitOfWork[]) => {
    unitsReceived.push(...units)
    return store.save(units)
  }
  return {
    ...store,
    unitsReceived,
    save,
    begin: async () => {
      await store.begin()
      return new OneWordTransaction(open, save)
    },
    openTransactions: () => open.size,
  }
}

class OneWordTransaction implements StoreTransaction {
  readonly #open: Set<OneWordTransaction>
  readonly #save: MemoryStore['save']
  readonly #written: unknown[] = []
  #failure: StoreUnavailable | WriteRefused | undefined
  #ended = false

  constructor(open: Set<OneWordTransaction>, save: MemoryStore['save']) {
    this.#open = open
    this.#save = save
    open.add(this)
  }

  get unavailable(): StoreUnavailable | undefined {
    return this.#failure instanceof StoreUnavailable ? this.#failure : undefined
  }

  async query<R extends object>(word: string, values: readonly unknown[] = []): Promise<R[]> {
    if (this.#ended) throw new Error('a query after the transaction had ended')
    await Promise.resolve()
    if (this.#failure === undefined && word === sql.refused) this.#failure = new WriteRefused('the query is refused')
    if (this.#failure === undefined && word === sql.lost) this.#failure = new StoreUnavailable('the connection is lost')
    if (this.#failure !== undefined) throw this.#failure
    this.#written.push(values[0])
    return []
  }

  async commit(units: readonly UnitOfWork[]): Promise<readonly (string | undefined)[]> {
    if (this.#ended) throw new Error('the transaction has already ended')
    this.#end()
    if (this.#failure !== undefined) throw this.#failure
    const rows = this.#written.map((by) => ({ by }))
    const [first, ...others] = units
    if (first === undefined || rows.length === 0) return this.#save(units)
    return this.#save([{ ...first, rows: new Map([...first.rows, [written, rows]]) }, ...others])
  }

  async rollback(): Promise<void> {
    this.#end()
  }

  #end(): void {
    this.#ended = true
    this.#open.delete(this)
  }
}
