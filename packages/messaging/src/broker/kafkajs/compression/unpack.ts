import { promisify } from 'node:util'
import { gunzip, zstdDecompress } from 'node:zlib'
import { unpackLz4 } from './lz4.ts'
import { tooLarge } from './output.ts'
import { unpackSnappy } from './snappy.ts'

type Unpack = (packed: Buffer, limit: number) => Buffer | Promise<Buffer>

/** Node's own ask for memory piece by piece, and stop at the limit. */
const byNode =
  (unpack: (packed: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>): Unpack =>
  async (packed, limit) => {
    try {
      return await unpack(packed, { maxOutputLength: limit })
    } catch (error) {
      throw (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge(limit) : error
    }
  }

/** By their numbers in the attributes of a batch. */
const COMPRESSIONS: readonly ({ readonly name: string; readonly unpack: Unpack } | undefined)[] = [
  undefined,
  { name: 'gzip', unpack: byNode(promisify(gunzip)) },
  { name: 'snappy', unpack: unpackSnappy },
  { name: 'lz4', unpack: unpackLz4 },
  { name: 'zstd', unpack: byNode(promisify(zstdDecompress)) },
]

/** @throws Error when it unpacks to more bytes than the limit, and never takes more memory; or when it is damaged */
export async function unpack(compression: number, packed: Buffer, limit: number): Promise<Buffer> {
  const known = COMPRESSIONS[compression]
  if (known === undefined) throw new RangeError(`nobody knows compression ${compression}`)
  try {
    return await known.unpack(packed, limit)
  } catch (error) {
    throw new RangeError(`${known.name}: ${(error as Error).message}`, { cause: error })
  }
}
