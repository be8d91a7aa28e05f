import type { OutgoingRecord, RecordHeaders } from './port.ts'
import { forEachHeader } from './recordHeaders.ts'

/** The most bytes that a header, and a record alone in its batch, take besides their content (https://kafka.apache.org/documentation/#messageformat). */
const OVERHEAD = { header: 10, record: 84 }

/** The most that a batch with this record alone takes, in bytes, uncompressed; a few bytes too many. */
export function sizeOf({ key, value, headers }: OutgoingRecord): number {
  return OVERHEAD.record + bytes(key) + bytes(value) + headersSize(headers)
}

/** Whether it certainly takes no more than that. */
export const isSurelyWithin = (limit: number, record: OutgoingRecord): boolean => upperBoundOf(record) <= limit

/** What {@link sizeOf} is at most, measured without reading the texts: in a quarter of the time. */
export function upperBoundOf({ key, value, headers }: OutgoingRecord): number {
  let size = OVERHEAD.record + atMost(key) + atMost(value)
  forEachHeader(headers, (name, content) => {
    size += OVERHEAD.header + atMost(name) + atMost(content)
  })
  return size
}

/** A character of a string takes at most three bytes in UTF-8. */
const atMost = (content: Buffer | string | null) =>
  content === null ? 0 : typeof content === 'string' ? content.length * 3 : content.length

function headersSize(headers: RecordHeaders): number {
  let size = 0
  forEachHeader(headers, (name, value) => {
    size += OVERHEAD.header + bytes(name) + bytes(value)
  })
  return size
}

const bytes = (content: Buffer | string | null) => (content === null ? 0 : Buffer.byteLength(content))
