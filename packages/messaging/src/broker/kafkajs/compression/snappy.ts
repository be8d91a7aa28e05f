import { Output } from './output.ts'

/** snappy-java, and so Kafka's Java client, writes many blocks, each with its size before it; librdkafka writes one block alone. */
const FRAMED = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0])
/** Two version numbers follow. */
const FRAME_HEADER = 16

/** @throws RangeError when it has more than `limit` bytes, or is not whole */
export function unpackSnappy(packed: Buffer, limit: number): Buffer {
  const blocks = packed.subarray(0, FRAMED.length).equals(FRAMED) ? [...blocksIn(packed)] : [packed]
  const output = new Output(limit, Math.min(limit + 1, sum(blocks.map((block) => sizeOf(block).size))))
  for (const block of blocks) unpackBlock(block, output)
  return output.bytes()
}

function* blocksIn(packed: Buffer): Generator<Buffer> {
  for (let at = FRAME_HEADER; at < packed.length;) {
    const end = at + 4 + packed.readUInt32BE(at)
    if (end > packed.length) throw new RangeError('it ends too early')
    yield packed.subarray(at + 4, end)
    at = end
  }
}

/** How many bytes a block unpacks to, and where what follows begins: https://github.com/google/snappy/blob/main/format_description.txt */
function sizeOf(block: Buffer): { readonly size: number; readonly start: number } {
  let size = 0
  for (let start = 0; start < 5; start += 1) {
    const byte = block.readUInt8(start)
    size += (byte & 0x7f) * 2 ** (7 * start)
    if (byte < 0x80) return { size, start: start + 1 }
  }
  throw new RangeError('its size is no number')
}

function unpackBlock(block: Buffer, output: Output): void {
  const first = output.length
  const { size, start } = sizeOf(block)
  for (let at = start; at < block.length;) {
    const tag = block.readUInt8(at++)
    const [kind, upper] = [tag & 3, tag >> 2]
    if (kind === 0) {
      const more = Math.max(0, upper - 59)
      const length = 1 + (more === 0 ? upper : block.readUIntLE(at, more))
      output.append(block, at + more, length)
      at += more + length
    } else if (kind === 1) output.repeat(((tag >> 5) << 8) | block.readUInt8(at++), (upper & 7) + 4, first)
    else {
      const bytes = kind === 2 ? 2 : 4
      output.repeat(block.readUIntLE(at, bytes), upper + 1, first)
      at += bytes
    }
  }
  if (output.length - first !== size) throw new RangeError(`it says that it unpacks to ${size} bytes`)
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
