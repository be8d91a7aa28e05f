import { isUtf8 } from 'node:buffer'
import { type BrokerRecord, failureHeaders, type RecordHeaders } from '@petrel/messaging/operations'
import { headerKind } from '../pii/headers.ts'
import { plainText } from '../store/columns.ts'
import { recently } from './recently.ts'

/** A header's value as it is kept: text, or bytes that are no text. */
export type KeptValue = string | { readonly hex: string }
export type KeptHeaders = readonly (readonly [name: string, value: KeptValue])[]

/** They are columns of the letter, and no replay sends them. */
const keptElsewhere = new Set<string>([failureHeaders.errorMessage, failureHeaders.errorStack])

/** Headers as JSON, from which {@link headersOf} makes the same bytes again; in a name PostgreSQL knows no NUL. */
export function keptHeaders(headers: RecordHeaders): KeptHeaders {
  const kept: (readonly [string, KeptValue])[] = []
  for (const name of Object.keys(headers)) {
    const value = headers[name]
    if (value === undefined || keptElsewhere.has(name)) continue
    if (typeof value === 'string' || Buffer.isBuffer(value)) kept.push([plainText(name), keptValue(value)])
    else for (const one of value) kept.push([plainText(name), keptValue(one)])
  }
  return kept
}

/** The texts by which a letter is found. What the bus reads of headers it says itself, and nobody looks for a secret. */
export const foundHeaders = (kept: KeptHeaders): string[] =>
  kept.flatMap(([name, value]) => (typeof value === 'string' && kindOf(name) === 'own' ? [value] : []))

/** Headers are mostly the same ones. */
const kindOf = (name: string) => (name.length > mostRemembered.length ? headerKind(name) : recentKind(name))
const mostRemembered = { names: 500, length: 100 }
const recentKind = recently(mostRemembered.names, headerKind)

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

function asText(value: Buffer | string): Buffer | string {
  if (typeof value === 'string') return value
  const text = value.toString()
  // What is no UTF-8 has this character in its place, and little else has it.
  return text.includes('\uFFFD') && !isUtf8(value) ? value : text
}

function keptValue(value: Buffer | string): KeptValue {
  const text = value.toString()
  const isText = !text.includes('\0') && (typeof value === 'string' ? text.isWellFormed() : isUtf8(value))
  return isText ? text : { hex: Buffer.from(value).toString('hex') }
}

/** The headers of a record that is to be sent again. */
export function headersOf(kept: KeptHeaders): RecordHeaders {
  const headers = new Map<string, Buffer | string | (Buffer | string)[]>()
  for (const [name, value] of kept) {
    const content = typeof value === 'string' ? value : Buffer.from(value.hex, 'hex')
    const before = headers.get(name)
    if (before === undefined) headers.set(name, content)
    else if (Array.isArray(before)) before.push(content)
    else headers.set(name, [before, content])
  }
  return Object.fromEntries(headers)
}
