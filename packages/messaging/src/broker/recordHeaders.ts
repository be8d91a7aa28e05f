import type { RecordHeaders } from './port.ts'

type HeaderBytes = Record<string, Buffer | Buffer[]>

/**
 * Others may name a header `constructor` or `__proto__`, so there must be no prototype. A constructor function, since V8
 * gives its instances a hidden class and `Object.create(null)` none.
 */
const WithoutPrototype = function () {} as unknown as new () => HeaderBytes
WithoutPrototype.prototype = Object.create(null)

/** Headers with nothing in them yet: see `addHeader`. */
export const noHeaders = (): HeaderBytes => new WithoutPrototype()

/** Adds one header of a record that is read. Null is dropped; a name that occurs again gets an array. */
export function addHeader(headers: HeaderBytes, name: string, value: Buffer | null): void {
  if (value === null) return
  const before = headers[name]
  if (before === undefined) headers[name] = value
  else if (Array.isArray(before)) before.push(value)
  else headers[name] = [before, value]
}

/** Headers as whoever reads the record will get them. */
export function headersAsRead(headers: RecordHeaders): HeaderBytes {
  const result = noHeaders()
  forEachHeader(headers, (name, value) => addHeader(result, name, Buffer.from(value)))
  return result
}

/**
 * Visits each name with each of its values, in order, without null and undefined. The types allow no null, but what
 * JavaScript or another record handed over may contain one.
 */
export function forEachHeader(headers: RecordHeaders, visit: (name: string, value: Buffer | string) => void): void {
  for (const name of Object.keys(headers)) {
    const value: unknown = headers[name]
    if (Array.isArray(value)) for (const one of value) visitValue(name, one, visit)
    else visitValue(name, value, visit)
  }
}

function visitValue(name: string, value: unknown, visit: (name: string, value: Buffer | string) => void): void {
  if (value !== null && value !== undefined) visit(name, value as Buffer | string)
}
