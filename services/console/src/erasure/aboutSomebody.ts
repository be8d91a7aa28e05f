import type { BrokerRecord } from '@petrel/messaging/operations'
import type { ReadBody } from '../failures/readBody.ts'
import { everyText } from '../pii/mask.ts'

/** Who is to be forgotten: whatever names them. */
export interface Wanted {
  readonly email?: string | undefined
  /** As bodies have it, for example `customerId`. */
  readonly customer?: string | undefined
  /** The key of records: an order's id, for example. */
  readonly key?: string | undefined
}

/** From this length on a value counts also in the middle of a text. A shorter one could be a word of any text. */
const withinTextsFrom = 6

export const valuesOf = ({ email, customer, key }: Wanted): string[] =>
  [email, customer, key].filter((value) => value !== undefined).map((value) => value.trim())

/** Whether a text is one of the values, or has one in it as a whole; capitals do not count. */
export function aboutAny(values: readonly string[]): (text: string) => boolean {
  const exact = new Set(values.map((value) => value.toLowerCase()))
  const long = values.filter(({ length }) => length >= withinTextsFrom)
  // An address of a page has %40 for @.
  const forms = [...new Set(long.flatMap((value) => [value, encodeURIComponent(value.toWellFormed())]))]
  // A longer address or id is another one; a full stop may end the sentence.
  const pattern = forms
    .map((form) => `(?<![\\p{L}\\p{N}._+-])${RegExp.escape(form)}(?![\\p{L}\\p{N}_+-]|\\.[\\p{L}\\p{N}])`)
    .join('|')
  const within = pattern === '' ? undefined : new RegExp(pattern, 'iu')
  return (text) => exact.has(text.trim().toLowerCase()) || (within?.test(text) ?? false)
}

/** Whether a record says something about them: its key, headers, error or body. */
export function isAboutRecord(
  isAbout: (text: string) => boolean,
  { key, value, headers }: BrokerRecord,
  body: ReadBody,
): boolean {
  if (key !== null && isAbout(key.toString())) return true
  const texts = Object.values(headers).flatMap((header) => [header ?? []].flat().map((one) => one.toString()))
  if (texts.some(isAbout)) return true
  if ('problem' in body) return value !== null && isAbout(value.toString())
  return [...everyText(body.data, body.schema)].some(isAbout)
}
