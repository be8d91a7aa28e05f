import * as fc from 'fast-check'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { unpackLz4 } from './lz4.ts'
import { unpackSnappy } from './snappy.ts'
import { unpack } from './unpack.ts'

// What librdkafka and Kafka's Java client write is in ../compressed.kafka.test.ts. Here is what no good client writes.

const [GZIP, SNAPPY, LZ4, ZSTD] = [1, 2, 3, 4]
const zeros = Buffer.alloc(10_000_000)

const lz4 = (blocks: readonly Buffer[], { flags = 0x60, header = Buffer.of(0x70, 0) } = {}) =>
  Buffer.concat([
    Buffer.of(0x04, 0x22, 0x4d, 0x18, flags),
    header,
    ...blocks.flatMap((block) => [int32le(block.length), block]),
    int32le(0),
  ])

function int32le(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

/** One byte, then the same `repeated` times, then five more bytes of it. */
function lz4Zeros(repeated: number): Buffer {
  const extra = repeated - 4 - 15
  const lengths = Buffer.alloc(Math.floor(extra / 255) + 1, 255)
  lengths[lengths.length - 1] = extra % 255
  return Buffer.concat([Buffer.of(0x1f, 0, 1, 0), lengths, Buffer.of(0x50, 0, 0, 0, 0, 0)])
}

/** A length, one byte, then copies of at most 64 bytes. */
function snappyZeros(size: number): Buffer {
  const copies = Buffer.concat(Array.from({ length: Math.floor((size - 1) / 64) }, () => Buffer.of((63 << 2) | 2, 1, 0)))
  const rest = (size - 1) % 64
  return Buffer.concat([
    varint(size),
    Buffer.of(0, 0),
    copies,
    rest === 0 ? Buffer.alloc(0) : Buffer.of(((rest - 1) << 2) | 2, 1, 0),
  ])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...bytes, left])
    bytes.push((left % 128) | 128)
  }
}

describe.each([
  { name: 'gzip', compression: GZIP, packed: gzipSync(zeros) },
  { name: 'snappy', compression: SNAPPY, packed: snappyZeros(zeros.length) },
  { name: 'lz4', compression: LZ4, packed: lz4([lz4Zeros(zeros.length - 6)]) },
  { name: 'zstd', compression: ZSTD, packed: zstdCompressSync(zeros) },
])('$name', ({ name, compression, packed }) => {
  test('what unpacks to as much as the limit is read', async () => {
    const unpacked = await unpack(compression, packed, zeros.length)
    expect(unpacked.equals(zeros)).toBe(true)
  })

  test('what unpacks to more than the limit is refused before it takes the memory', async () => {
    const before = process.memoryUsage().arrayBuffers
    await expect(unpack(compression, packed, 100_000)).rejects.toThrow(`${name}: it unpacks to more than 100000 bytes`)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5_000_000)
  })

  test('what is cut, or damaged, is refused or unpacks to something within the limit', async () => {
    const cutOff = packed.subarray(0, Math.min(packed.length - 1, 300))
    await expect(unpack(compression, cutOff, zeros.length)).rejects.toThrow(name)
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 0, max: 255 }), async (at, byte) => {
        const damaged = Buffer.from(packed)
        damaged[at % damaged.length] = byte
        const result = await unpack(compression, damaged, 20_000_000).catch((error: Error) => error)
        if (Buffer.isBuffer(result)) expect(result.length).toBeLessThanOrEqual(20_000_000)
        else expect(result.message).toContain(name)
      }),
      { numRuns: 40 },
    )
  })
})

test('LZ4 blocks may refer to those before them, be left as they are, and have checksums', () => {
  const asItIs = Buffer.concat([int32le((0x8000_0000 + 3) % 2 ** 32), Buffer.from('abc'), int32le(1)])
  // No literals, then five bytes from three bytes before; then the literals that end a block.
  const repeated = Buffer.of(0x01, 3, 0, 0x10, 0x21)
  const frame = Buffer.concat([
    Buffer.of(0x04, 0x22, 0x4d, 0x18, 0x58, 0x40),
    Buffer.alloc(8),
    Buffer.of(0),
    asItIs,
    int32le(repeated.length),
    repeated,
    int32le(1),
    int32le(0),
  ])
  expect(String(unpackLz4(frame, 100))).toBe('abcabcab!')
})

test('nothing is taken from before the beginning', () => {
  expect(() => unpackLz4(lz4([Buffer.of(0x10, 1, 2, 0)]), 100)).toThrow('before its beginning')
  expect(() => unpackSnappy(Buffer.of(5, 0, 1, 0x01, 2), 100)).toThrow('before its beginning')
})

const framed = (...blocks: Buffer[]) =>
  Buffer.concat([
    Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]),
    ...blocks.flatMap((block) => [Buffer.of(0, 0, 0, block.length), block]),
  ])

test('a snappy block does not refer to the one before it, and has the size that it says', () => {
  const abc = Buffer.concat([Buffer.of(3, 2 << 2), Buffer.from('abc')])
  expect(String(unpackSnappy(framed(abc, abc), 6))).toBe('abcabc')
  expect(() => unpackSnappy(framed(abc, Buffer.of(4, 0x01, 3)), 100)).toThrow('before its beginning')
  expect(() => unpackSnappy(framed(abc, Buffer.of(4, 0, 1)), 100)).toThrow('says that it unpacks to 4 bytes')
  expect(() => unpackSnappy(framed(abc, abc), 5)).toThrow('more than 5 bytes')
})
