import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe } from 'vitest'
import type { OutgoingRecord } from '../broker/port.ts'
import { table } from '../definition/table.ts'
import type { Row, Table } from '../definition/table.ts'
import { dueRecordsConformance } from './conformance/dueRecords.ts'
import { inboxConformance } from './conformance/inbox.ts'
import { outboxConformance } from './conformance/outbox.ts'
import { rowsConformance } from './conformance/rows.ts'
import { sagasConformance } from './conformance/sagas.ts'
import type { Decisions, Store } from './port.ts'

/** Empty data with the tables {@link orders} and {@link notes}, and as many stores on it as a test wants. */
export interface StoreGround {
  /** A store of another replica, on the same data. */
  replica(): Store
  /** What a table holds, in the order of the first column, values as `insert` takes them. */
  rows(table: Table): Promise<Readonly<Record<string, unknown>>[]>
  close(): Promise<void>
}
