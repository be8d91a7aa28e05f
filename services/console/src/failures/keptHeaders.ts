import { isUtf8 } from 'node:buffer'
import { type BrokerRecord, failureHeaders, type RecordHeaders } from '@petrel/messaging/operations'
import { plainText } from '../store/columns.ts'

/** A header's value as it is kept: text, or bytes that are no text. */
export type KeptValue = string | { readonly hex: string }
export type KeptHeaders = readonly (readonly [name: string, value: KeptValue])[]

/** They are columns of the letter, and no replay sends them. */
const keptElsewhere = new Set<string>([failureHeaders.errorMessage, failureHeaders.errorStack])

/** Headers as JSON, from which {@link headersOf} makes the same bytes again; in a name PostgreSQL knows no NUL. */
export function keptHeaders(headers: RecordHeaders): KeptHeaders {
  const kept: (readonly [string, KeptValue])[] = []
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || keptElsewhere.has(name)) continue
    for (const one of Array.isArray(value) ? value : [value]) kept.push([plainText(name), keptValue(one as Buffer | string)])
  }
  return kept
}

/** The record with headers as texts, where they are: each is looked at many times, and is made of bytes once. */
export function withTexts(record: BrokerRecord): BrokerRecord {
  const headers: Record<string, RecordHeaders[string]> = { ...record.headers }
  for (const name of Object.keys(headers)) {
    const value = headers[name]
    if (Array.isArray(value)) headers[name] = value.map(asText)
    else if (Buffer.isBuffer(value)) headers[name] = asText(value)
  }
  return { ...record, headers }
}

const asText = (value: Buffer | string): Buffer | string =>
  typeof value === 'string' || !isUtf8(value) ? value : value.toString()

function keptValue(value: Buffer | string): KeptValue {
  const text = value.toString()
  const isText = !text.includes('\0') && (typeof value === 'string' ? text.isWellFormed() : isUtf8(value))
  return isText ? text : { hex: Buffer.from(value).toString('hex') }
}

/** The headers of a record that is to be sent again. */
export function headersOf(kept: KeptHeaders): RecordHeaders {
  const byName = Map.groupBy(kept, ([name]) => name)
  return Object.fromEntries(
    [...byName].map(([name, values]) => {
      const bytes = values.map(([, value]) => (typeof value === 'string' ? Buffer.from(value) : Buffer.from(value.hex, 'hex')))
      const [only] = bytes
      return [name, bytes.length === 1 && only !== undefined ? only : bytes]
    }),
  )
}
