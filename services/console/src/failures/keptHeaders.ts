import type { RecordHeaders } from '@petrel/messaging/operations'

/** A header's value as it is kept: text, or bytes that are no text. */
export type KeptValue = string | { readonly hex: string }
export type KeptHeaders = readonly (readonly [name: string, value: KeptValue])[]

/** Headers as JSON, from which {@link headersOf} makes the same bytes again. */
export function keptHeaders(headers: RecordHeaders): KeptHeaders {
  return Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().flatMap((one) => (one === undefined ? [] : [[name, keptValue(one)] as const])),
  )
}

function keptValue(value: Buffer | string): KeptValue {
  const bytes = Buffer.from(value)
  const text = bytes.toString()
  return Buffer.from(text).equals(bytes) ? text : { hex: bytes.toString('hex') }
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
