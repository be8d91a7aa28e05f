import type { ForeignRecord } from '../../../packages/messaging/src/broker/foreignProducer.ts'
import type { RecordHeaders } from '../../../packages/messaging/src/broker/port.ts'
import { forEachHeader, headersAsRead } from '../../../packages/messaging/src/broker/recordHeaders.ts'

/** Each name with each of its values, in order. */
export function headerPairs(headers: RecordHeaders): [name: string, value: Buffer | string][] {
  const pairs: [string, Buffer | string][] = []
  forEachHeader(headers, (name, value) => pairs.push([name, value]))
  return pairs
}

/** What a record's reader gets of its headers. */
export const asRead = ({ headers }: ForeignRecord): RecordHeaders => headersAsRead(headers as RecordHeaders)
