import type { OutgoingRecord, RecordHeaders } from './port.ts'

/** What each header, the record's own fields and its share of the batch take besides their content; generous. */
const OVERHEAD = { header: 6, record: 40 }

/** About the record's bytes on the wire, uncompressed. */
export function sizeOf({ key, value, headers }: OutgoingRecord): number {
  return OVERHEAD.record + bytes(key) + bytes(value) + headersSize(headers)
}

function headersSize(headers: RecordHeaders): number {
  let size = 0
  for (const [name, value] of Object.entries(headers)) {
    const values = Array.isArray(value) ? (value as (Buffer | string)[]) : [value as Buffer | string | undefined]
    for (const one of values) size += OVERHEAD.header + name.length + bytes(one ?? null)
  }
  return size
}

const bytes = (content: Buffer | string | null) => (content === null ? 0 : Buffer.byteLength(content))
