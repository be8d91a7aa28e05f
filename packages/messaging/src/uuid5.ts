import { hash } from 'node:crypto'

/** A UUID version 5: a name in a namespace always has the same UUID (RFC 9562, section 5.5). @param namespace a UUID */
export function uuid5(namespace: string, name: string): string {
  // As text at once: bytes that are changed and then written out take Node twice as long.
  const hex = hash('sha1', named(recentBytes(namespace), name), 'hex')
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** The same as 16 bytes. @param namespace 16 bytes */
export function uuid5Bytes(namespace: Uint8Array, name: string): Buffer {
  const digest = hash('sha1', named(namespace, name), 'buffer')
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80
  return digest.subarray(0, 16)
}

/** Until the next call. */
function named(namespace: Uint8Array, name: string): Buffer {
  const most = namespace.length + name.length * 3
  const bytes = most <= scratch.length ? scratch : Buffer.allocUnsafeSlow(most)
  bytes.set(namespace)
  return bytes.subarray(0, namespace.length + bytes.write(name, namespace.length))
}

const scratch = Buffer.allocUnsafeSlow(1_024)

/** Whoever makes many has one namespace, or a few by turns. */
let recent: readonly { readonly namespace: string; readonly bytes: Buffer }[] = []

function recentBytes(namespace: string): Buffer {
  const known = recent.find((each) => each.namespace === namespace)
  if (known !== undefined) return known.bytes
  const bytes = Buffer.from(namespace.replaceAll('-', ''), 'hex')
  recent = [{ namespace, bytes }, ...recent.slice(0, 3)]
  return bytes
}
