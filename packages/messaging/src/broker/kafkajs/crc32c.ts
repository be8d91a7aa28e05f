import { endianness } from 'node:os'

/** The polynomial of CRC-32C (Castagnoli), reflected: https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4 */
const polynomial = 0x82f63b78
const slices = 8

/** At 256 k + b: the checksum of the byte b with k zero bytes after it. So eight bytes are looked up at once, not one by one. */
const table = makeTable()

/** The checksum of a batch of records (https://kafka.apache.org/documentation/#recordbatch), from 0 to 2³² − 1. */
export function crc32c(bytes: Buffer): number {
  // A view of words begins at a multiple of four. Reading them one by one from the buffer takes twice as long as all of this.
  const words = wordsWithin(bytes)
  const wordsAt = words.byteOffset - bytes.byteOffset
  let crc = byteByByte(-1, bytes, 0, wordsAt)
  for (let at = 0; at < words.length; at += 2) {
    const low = crc ^ (words[at] as number)
    const high = words[at + 1] as number
    // Without a function of its own: small batches are sent by code that is not compiled yet.
    crc =
      (table[0x700 | (low & 0xff)] as number) ^
      (table[0x600 | ((low >>> 8) & 0xff)] as number) ^
      (table[0x500 | ((low >>> 16) & 0xff)] as number) ^
      (table[0x400 | (low >>> 24)] as number) ^
      (table[0x300 | (high & 0xff)] as number) ^
      (table[0x200 | ((high >>> 8) & 0xff)] as number) ^
      (table[0x100 | ((high >>> 16) & 0xff)] as number) ^
      (table[high >>> 24] as number)
  }
  crc = byteByByte(crc, bytes, wordsAt + words.byteLength, bytes.length)
  return ~crc >>> 0
}

/** An even number of words of 32 bits; none on a machine that has the highest byte first. */
function wordsWithin({ buffer, byteOffset, length }: Buffer): Int32Array {
  const before = Math.min(length, -byteOffset & 3)
  return new Int32Array(buffer, byteOffset + before, isLowestFirst ? ((length - before) >> 3) << 1 : 0)
}

const isLowestFirst = endianness() === 'LE'

function byteByByte(crc: number, bytes: Buffer, from: number, to: number): number {
  let next = crc
  for (let at = from; at < to; at += 1) next = (table[(next ^ (bytes[at] as number)) & 0xff] as number) ^ (next >>> 8)
  return next
}

function makeTable(): Int32Array {
  const made = new Int32Array(slices * 256)
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? polynomial ^ (crc >>> 1) : crc >>> 1
    made[byte] = crc
  }
  for (let at = 256; at < made.length; at += 1) {
    const crc = made[at - 256] as number
    made[at] = (made[crc & 0xff] as number) ^ (crc >>> 8)
  }
  return made
}
