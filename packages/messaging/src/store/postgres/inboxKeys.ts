import { createHash } from 'node:crypto'
import type { MessageIdentity } from '../../identity.ts'
import { uuid5Bytes } from '../../uuid5.ts'
import { arrayWith } from './arrays.ts'
import type { BinaryWriter } from './binaryWriter.ts'
import { parseUuid } from './parseUuid.ts'

/** The first 6 bytes of a UUID of version 7 are the time it was made. */
const timeBytes = 6

/** One key, used again for each message: a Buffer for each would cost more than the rest. */
const key = Buffer.alloc(16)

/**
 * The inbox keys of messages as one array parameter. An id that is a UUID keeps its time and has the rest combined with a
 * hash of its source: so keys still sort by time, which keeps inserts at one end of the index. Any other id gets a name-based
 * UUID in the namespace of its source. Within a source no two UUIDs have the same key.
 * The mapping must never change, or what was handled before would be handled again.
 */
export const inboxKeys = (writer: BinaryWriter, messages: readonly MessageIdentity[]): Buffer =>
  arrayWith(writer, 'uuid', messages, writeKey)

export const firstKey = '00000000-0000-0000-0000-000000000000'
export const lastKey = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** Below all keys of ids that are UUIDs of version 7 from that time on, and above those from before. */
export function earliestKeyOf(date: Date): string {
  const time = date
    .getTime()
    .toString(16)
    .padStart(timeBytes * 2, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`
}

/** The keys that Petrel 0.1 gave the messages: a UUID was its own key, in any case of its letters; sources did not count. */
export const formerInboxKeys = (writer: BinaryWriter, messages: readonly MessageIdentity[]): Buffer =>
  arrayWith(writer, 'uuid', messages, writeFormerKey)

function writeKey(writer: BinaryWriter, { source, id }: MessageIdentity): void {
  const hash = hashOf(source)
  if (!parseUuid(id, key)) return void writer.int32(16).bytes(uuid5Bytes(hash, id))
  for (let at = timeBytes; at < key.length; at += 1) key[at] = (key[at] ?? 0) ^ (hash[at] ?? 0)
  writer.int32(16).bytes(key)
}

const formerNamespace = Buffer.from('6f0c2d1e5b7a4c3d9e8f7a6b5c4d3e2f', 'hex')

function writeFormerKey(writer: BinaryWriter, { formerId }: MessageIdentity): void {
  const isUuid = parseUuid(formerId, key) || parseUuid(formerId.toLowerCase(), key)
  writer.int32(16).bytes(isUuid ? key : uuid5Bytes(formerNamespace, formerId))
}

const hashes = new Map<string, Buffer>()
const mostHashes = 1_000

/** Sources are few, but a foreign producer can send as many as it likes. */
function hashOf(source: string): Buffer {
  const known = hashes.get(source)
  if (known !== undefined) return known
  const hash = createHash('sha256').update(source, 'utf8').digest().subarray(0, 16)
  if (hashes.size >= mostHashes) hashes.clear()
  hashes.set(source, hash)
  return hash
}
