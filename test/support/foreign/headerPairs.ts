import type { RecordHeaders } from '../../../packages/messaging/src/broker/port.ts'
import { forEachHeader } from '../../../packages/messaging/src/broker/recordHeaders.ts'

/** Each name with each of its values, in order. */
export function headerPairs(headers: RecordHeaders): (readonly [name: string, value: Buffer | string])[] {
  const pairs: (readonly [string, Buffer | string])[] = []
  forEachHeader(headers, (name, value) => pairs.push([name, value]))
  return pairs
}
