import { randomUUID } from 'node:crypto'
import type { OutgoingRecord } from '../../broker/port.ts'
import { type Columns, type Row, table, type Table } from '../../definition/table.ts'
import type { MessageIdentity } from '../../identity.ts'
import type { SavedSaga, Store, UnitOfWork } from '../port.ts'

/** Empty data with the tables below, and any number of stores on it. */
export interface StoreFixture {
  /** A store of another replica, on the same data. */
  replica(): Store
  /** What a table has, in the order of its first column, with values as `insert` takes them. */
  rows(table: Table): Promise<readonly Readonly<Record<string, unknown>>[]>
  close(): Promise<void>
}

/** A way to save one unit: {@link inOneStatement} or {@link inATransaction}. */
export type SaveUnit = (store: Store, unit: UnitOfWork) => Promise<string | undefined>

export const inOneStatement: SaveUnit = async (store, unit) => (await store.save([unit]))[0]
export const inATransaction: SaveUnit = async (store, unit) => (await (await store.begin()).commit([unit]))[0]

/** What the tests of one part get: stores on the data of the current test. */
export interface UnderTest {
  readonly fixture: () => StoreFixture
  /** Two replicas; the first does the work where one is enough. */
  readonly store: () => Store
  readonly other: () => Store
  /** Saves one unit, in the way that this run of the suite is about. */
  readonly save: (unit: UnitOfWork, by?: Store) => Promise<string | undefined>
}

/** The first column is the primary key. */
export const orders = table('orders', { id: 'text', total_cents: 'bigint', placed_at: 'timestamptz?', lines: 'jsonb' })
/** `quantity` must be positive: the constraint `notes_quantity_positive`. */
export const notes = table('notes', { id: 'uuid', text: 'text?', urgent: 'boolean', quantity: 'integer?' })

export const anOrder = (changes: Partial<Row<typeof orders.columns>> = {}): Row<typeof orders.columns> => ({
  id: randomUUID(),
  total_cents: 4_200,
  placed_at: new Date('2030-01-02T03:04:05.678Z'),
  lines: [{ sku: 'tea', quantity: 2 }],
  ...changes,
})

export const aNote = (changes: Partial<Row<typeof notes.columns>> = {}): Row<typeof notes.columns> => ({
  id: randomUUID(),
  text: 'handle with care',
  urgent: false,
  quantity: 1,
  ...changes,
})

export const aRecord = (value: string): OutgoingRecord => ({
  topic: 'sales.order-placed',
  key: 'order-1',
  value: Buffer.from(value),
  headers: { ce_id: randomUUID(), ce_type: 'sales.OrderPlaced' },
})

export const aMessage = (id: string = randomUUID(), source = 'sales'): MessageIdentity => ({ source, id, formerId: id })

export const aSaga = (changes: Partial<SavedSaga> = {}): SavedSaga => ({
  saga: 'shipping-policy',
  id: randomUUID(),
  version: 0,
  state: { placed: true },
  stateVersion: 1,
  completed: false,
  ...changes,
})

export const aUnit = (changes: Partial<UnitOfWork> = {}): UnitOfWork => ({
  lane: 'lane-1',
  handled: [aMessage()],
  outgoing: [],
  rows: new Map(),
  sagas: [],
  scheduled: [],
  sent: [],
  ...changes,
})

export const rowsOf = <C extends Columns>(into: Table<C>, ...rows: Row<C>[]): UnitOfWork['rows'] => new Map([[into, rows]])
