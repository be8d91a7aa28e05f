import { Output } from './output.ts'

const MAGIC = 0x184d2204
const FLAG = { dictionary: 0x01, contentSize: 0x08, blockChecksum: 0x10 }
/** In a block's size. */
const NOT_COMPRESSED = 0x8000_0000

/**
 * Unpacks an LZ4 frame (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md). Checksums are not compared: Kafka has
 * compared that of the batch around it.
 * @throws RangeError when it has more than `limit` bytes, or is not whole
 */
export function unpackLz4(packed: Buffer, limit: number): Buffer {
  if (packed.readUInt32LE(0) !== MAGIC) throw new RangeError('it is not an LZ4 frame')
  const flags = packed.readUInt8(4)
  if ((flags & FLAG.dictionary) !== 0) throw new RangeError('it needs a dictionary')
  const checksum = (flags & FLAG.blockChecksum) === 0 ? 0 : 4
  const output = new Output(limit)
  let at = (flags & FLAG.contentSize) === 0 ? 7 : 15
  for (let size = packed.readUInt32LE(at); size !== 0; size = packed.readUInt32LE(at)) {
    const [start, end] = [at + 4, at + 4 + (size % NOT_COMPRESSED)]
    if (size >= NOT_COMPRESSED) output.append(packed, start, end - start)
    else unpackBlock(packed.subarray(start, end), output)
    at = end + checksum
  }
  return output.bytes()
}

/** https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md. A block may refer to those before it. */
function unpackBlock(block: Buffer, output: Output): void {
  let at = 0
  /** A length of 15 goes on in the bytes that follow. */
  const wholeLength = (first: number): number => {
    let length = first
    for (let more = first === 15 ? 255 : 0; more === 255; length += more) more = block.readUInt8(at++)
    return length
  }
  while (at < block.length) {
    const token = block.readUInt8(at++)
    const literals = wholeLength(token >> 4)
    output.append(block, at, literals)
    at += literals
    if (at === block.length) return
    const distance = block.readUInt16LE(at)
    at += 2
    output.repeat(distance, wholeLength(token & 15) + 4)
  }
}
