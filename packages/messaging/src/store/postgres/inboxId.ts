import { createHash } from 'node:crypto'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const namespace = Buffer.from('6f0c2d1e5b7a4c3d9e8f7a6b5c4d3e2f', 'hex')

/**
 * The inbox key of a message id: a UUID is its own (in lower case, as PostgreSQL writes it); any other text, from a producer
 * that does not use UUIDs, gets a name-based one (version 5, https://www.rfc-editor.org/rfc/rfc9562#section-5.5).
 */
export function inboxId(messageId: string): string {
  if (uuid.test(messageId)) return messageId
  const lower = messageId.toLowerCase()
  return uuid.test(lower) ? lower : nameBased(messageId)
}

function nameBased(name: string): string {
  const hash = createHash('sha1').update(namespace).update(name, 'utf8').digest()
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80
  const hex = hash.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`
}
