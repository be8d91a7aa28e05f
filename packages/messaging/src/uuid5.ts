import { hash as digestOf } from 'node:crypto'

/** A UUID version 5: a name in a namespace always has the same UUID (RFC 9562, section 5.5). @param namespace a UUID */
export function uuid5(namespace: string, name: string): string {
  const hex = uuid5Bytes(Buffer.from(namespace.replaceAll('-', ''), 'hex'), name).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** The same as 16 bytes. @param namespace 16 bytes */
export function uuid5Bytes(namespace: Uint8Array, name: string): Buffer {
  const hash = digestOf('sha1', Buffer.concat([namespace, Buffer.from(name)]), 'buffer')
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80
  return hash.subarray(0, 16)
}
