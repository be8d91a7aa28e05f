import type { OutgoingRecord } from '../../broker/port.ts'
import { BinaryWriter } from '../postgres/binaryWriter.ts'
import { columnArrays, columnTypes } from '../postgres/columns.ts'
import { OutgoingRecordCodec } from '../postgres/outgoingRecords.ts'
import { type UnitOfWork, WriteRefused } from '../port.ts'

const writer = new BinaryWriter()
const codec = new OutgoingRecordCodec()

/** What PostgreSQL would not take is refused here too, by the same encoding, so that a test in process finds it. @throws WriteRefused */
export function refuseUnstorable({ lane, sagas, scheduled, rows }: UnitOfWork): void {
  columnArrays(writer, 'petrel_outbox', { lane: 'text' }, [{ lane }])
  columnArrays(writer, 'petrel_saga', { saga: 'text', id: 'text', state: 'jsonb' }, sagas.map(copy))
  columnArrays(writer, 'petrel_scheduled', { id: 'text', dueAt: 'timestamptz' }, scheduled.map(copy))
  for (const [table, each] of rows) columnArrays(writer, table.name, columnTypes(table.columns), each)
}

/** The records as PostgreSQL would give them back. @throws WriteRefused */
export function asStored(records: readonly OutgoingRecord[]): OutgoingRecord[] {
  try {
    return codec.decode(codec.encode(records))
  } catch (error) {
    throw new WriteRefused(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

const copy = (value: object): Record<string, unknown> => ({ ...value })
