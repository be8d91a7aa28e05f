/** The polynomial of CRC-32C (Castagnoli), reflected: https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4 */
const polynomial = 0x82f63b78
const slices = 8

/** At 256 k + b: the checksum of the byte b with k zero bytes after it. So eight bytes are looked up at once, not one by one. */
const table = makeTable()

/** The checksum of a batch of records (https://kafka.apache.org/documentation/#recordbatch), from 0 to 2³² − 1. */
export function crc32c(bytes: Buffer): number {
  let crc = -1
  let at = 0
  for (const end = bytes.length - slices; at <= end; at += slices) {
    const low = crc ^ bytes.readInt32LE(at)
    const high = bytes.readInt32LE(at + 4)
    crc =
      lookUp(7, low) ^
      lookUp(6, low >>> 8) ^
      lookUp(5, low >>> 16) ^
      lookUp(4, low >>> 24) ^
      lookUp(3, high) ^
      lookUp(2, high >>> 8) ^
      lookUp(1, high >>> 16) ^
      lookUp(0, high >>> 24)
  }
  for (; at < bytes.length; at += 1) crc = lookUp(0, crc ^ bytes.readUInt8(at)) ^ (crc >>> 8)
  return ~crc >>> 0
}

function lookUp(zeroBytes: number, value: number): number {
  return table[(zeroBytes << 8) | (value & 0xff)] as number
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
