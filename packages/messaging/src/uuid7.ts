import { randomFillSync } from 'node:crypto'

const blockBytes = 4096
const block = Buffer.allocUnsafe(blockBytes)
let used = blockBytes

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/**
 * A UUID version 7 (RFC 9562): ids sort by the millisecond in which they were made. Random bytes are drawn in blocks: drawn
 * for each id they took 9 % of a consumer's time.
 */
export function uuid7(now = Date.now()): string {
  if (used + 10 > blockBytes) {
    randomFillSync(block)
    used = 0
  }
  const at = used
  used += 10
  const time = now.toString(16).padStart(12, '0')
  const byte = (index: number) => hex[block[at + index] ?? 0]
  const versioned = hex[0x70 | ((block[at] ?? 0) & 0x0f)]
  const variant = hex[0x80 | ((block[at + 2] ?? 0) & 0x3f)]
  return `${time.slice(0, 8)}-${time.slice(8)}-${versioned}${byte(1)}-${variant}${byte(3)}-${byte(4)}${byte(5)}${byte(6)}${byte(7)}${byte(8)}${byte(9)}`
}
