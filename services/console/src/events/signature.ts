import { createHmac } from 'node:crypto'

const keyPrefix = 'whsec_'

/**
 * The headers by which a receiver knows that a webhook is from us, and new (https://www.standardwebhooks.com).
 * @param id the same for every try to deliver the same event
 * @param seconds since the epoch, when it is sent
 * @param secret base64 behind `whsec_`, or any other text as it is
 */
export function signedHeaders(id: string, seconds: number, body: string, secret: string | undefined): Record<string, string> {
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(seconds) }
  if (secret === undefined) return headers
  const key = secret.startsWith(keyPrefix) ? Buffer.from(secret.slice(keyPrefix.length), 'base64') : Buffer.from(secret)
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')
  return { ...headers, 'webhook-signature': `v1,${signature}` }
}
