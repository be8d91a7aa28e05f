import type { FieldError } from '../http/problem.ts'
import type { FieldShape, RecordShape, Shape } from '../avro/shape.ts'
import { hidden } from '../pii/text.ts'

/** A value for Avro, or everything that is wrong with what somebody wrote. */
export type FromJson = { readonly value: unknown } | { readonly errors: readonly FieldError[] }

/**
 * Makes of JSON what a schema needs: times of ISO 8601, bytes of base64, defaults for fields that are left out. Times and bytes that
 * are not JSON (Date, Buffer) are taken as they are.
 * @param path of the value, as a JSON pointer (RFC 6901)
 */
export function fromJson(json: unknown, shape: Shape, path: string): FromJson {
  if (typeof json === 'string' && json.includes(hidden)) return wrong(path, isHidden)
  if (shape.kind === 'union') return fromUnion(json, shape.branches, path)
  if (json === undefined) return wrong(path, 'is missing')
  if (shape.kind === 'primitive') return fromPrimitive(json, shape, path)
  if (shape.kind === 'enum') {
    const isSymbol = typeof json === 'string' && shape.symbols.includes(json)
    return isSymbol ? { value: json } : wrong(path, `must be one of ${shape.symbols.join(', ')}`)
  }
  if (shape.kind === 'fixed') return bytesOf(json, path, shape.size)
  if (shape.kind === 'array') return fromArray(json, shape.items, path)
  return shape.kind === 'map' ? fromMap(json, shape.values, path) : fromRecord(json, shape, path)
}

const isHidden = 'is hidden: leave it as it was shown, or write another value'

const wrong = (path: string, message: string): FromJson => ({ errors: [{ path, message }] })

/** A part of a path as a JSON pointer has it. */
const escaped = (name: string | number) => String(name).replaceAll('~', '~0').replaceAll('/', '~1')

const isNull = (shape: Shape) => shape.kind === 'primitive' && shape.name === 'null'

/** Two branches never look alike in JavaScript, but a time and a text do in JSON: the first that fits is taken. */
function fromUnion(json: unknown, branches: readonly Shape[], path: string): FromJson {
  if (json === null && branches.some(isNull)) return { value: null }
  const others = branches.filter((branch) => !isNull(branch))
  const [only] = others
  if (only !== undefined && others.length === 1) return fromJson(json, only, path)
  const tries = others.map((branch) => fromJson(json, branch, path))
  const fitting = tries.find((tried) => 'value' in tried)
  // What is wrong within a record or a list says more than that it fits nowhere.
  const inner = tries.find((tried) => 'errors' in tried && tried.errors.some((error) => error.path !== path))
  return fitting ?? inner ?? wrong(path, `must be ${others.map(nounFor).join(' or ')}`)
}

function fromPrimitive(json: unknown, { name, logicalType }: Extract<Shape, { kind: 'primitive' }>, path: string): FromJson {
  if (name === 'long' && logicalType === 'timestamp-millis') return timeOf(json, path)
  if (name === 'bytes') return bytesOf(json, path)
  return isOf(name, json) ? { value: json } : wrong(path, `must be ${nouns[name] ?? name}`)
}

// avsc cannot write all of a long (avro/bounded.ts of the library).
const smallestLong = -(2 ** 52)
const largestLong = 2 ** 53 - 2

function isOf(name: string, json: unknown): boolean {
  if (name === 'null') return json === null
  if (name === 'boolean' || name === 'string') return typeof json === name
  if (typeof json !== 'number') return false
  if (name === 'int') return Number.isInteger(json) && json >= -(2 ** 31) && json < 2 ** 31
  return name !== 'long' || (Number.isInteger(json) && json >= smallestLong && json <= largestLong)
}

const nouns: Readonly<Record<string, string>> = {
  null: 'null',
  boolean: 'true or false',
  string: 'a text',
  int: 'a whole number from -2147483648 to 2147483647',
  long: `a whole number from ${smallestLong} to ${largestLong}`,
  float: 'a number',
  double: 'a number',
  bytes: 'bytes in base64',
}

function nounFor(shape: Shape): string {
  if (shape.kind === 'primitive') return shape.logicalType === 'timestamp-millis' ? 'a time' : (nouns[shape.name] ?? shape.name)
  if (shape.kind === 'enum') return `one of ${shape.symbols.join(', ')}`
  return shape.kind === 'array' ? 'a list' : shape.kind === 'fixed' ? 'bytes in base64' : 'an object'
}

function timeOf(json: unknown, path: string): FromJson {
  const time = json instanceof Date ? json : typeof json === 'string' && isIso(json) ? new Date(json) : undefined
  const isTime = time !== undefined && !Number.isNaN(time.getTime())
  return isTime ? { value: time } : wrong(path, 'must be a time, for example 2026-03-01T12:00:00Z')
}

/** Without a zone it would be another time on another machine. */
const isIso = (text: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/.test(text)

function bytesOf(json: unknown, path: string, size?: number): FromJson {
  const bytes = Buffer.isBuffer(json)
    ? json
    : typeof json === 'string' && isBase64(json)
      ? Buffer.from(json, 'base64')
      : undefined
  if (bytes === undefined) return wrong(path, 'must be bytes in base64')
  return size === undefined || bytes.length === size
    ? { value: bytes }
    : wrong(path, `must be ${size} bytes, and is ${bytes.length}`)
}

const isBase64 = (text: string) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)

function fromArray(json: unknown, items: Shape, path: string): FromJson {
  if (!Array.isArray(json)) return wrong(path, 'must be a list')
  return together(
    json.map((item, index) => [index, fromJson(item, items, `${path}/${index}`)]),
    (parts) => parts.map(([, value]) => value),
  )
}

function fromMap(json: unknown, values: Shape, path: string): FromJson {
  if (!isObject(json)) return wrong(path, 'must be an object')
  return together(
    Object.entries(json).map(([name, value]) => {
      const own = `${path}/${escaped(name)}`
      return [name, name.includes(hidden) ? wrong(own, isHidden) : fromJson(value, values, own)]
    }),
    Object.fromEntries,
  )
}

function fromRecord(json: unknown, { name, fields }: RecordShape, path: string): FromJson {
  if (!isObject(json)) return wrong(path, 'must be an object')
  const known = new Set(fields.map((field) => field.name))
  const unknown = Object.keys(json).filter((key) => !known.has(key))
  return together(
    [
      ...fields.map((field): [string, FromJson] => [field.name, fromField(json, field, path)]),
      ...unknown.map((key): [string, FromJson] => [key, wrong(`${path}/${escaped(key)}`, `is no field of ${name}`)]),
    ],
    Object.fromEntries,
  )
}

function fromField(json: Readonly<Record<string, unknown>>, { name, shape, ...field }: FieldShape, path: string): FromJson {
  const own = `${path}/${escaped(name)}`
  if (Object.hasOwn(json, name) || !field.hasDefault)
    return fromJson(Object.hasOwn(json, name) ? json[name] : undefined, shape, own)
  return { value: defaultOf(field.default, shape) }
}

/** A default has the JSON of Avro itself: numbers for times, a character for each byte, the first branch of a union. */
export function defaultOf(json: unknown, shape: Shape): unknown {
  if (shape.kind === 'union') return defaultOf(json, shape.branches.find((branch) => isDefaultOf(json, branch)) ?? shape)
  if (shape.kind === 'primitive' && shape.logicalType === 'timestamp-millis') return new Date(Number(json))
  if (shape.kind === 'fixed' || (shape.kind === 'primitive' && shape.name === 'bytes')) return Buffer.from(String(json), 'latin1')
  if (shape.kind === 'array' && Array.isArray(json)) return json.map((item) => defaultOf(item, shape.items))
  if (!isObject(json)) return json
  if (shape.kind === 'map')
    return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, defaultOf(value, shape.values)]))
  if (shape.kind !== 'record') return json
  return Object.fromEntries(
    shape.fields.map((field) => [field.name, defaultOf(field.name in json ? json[field.name] : field.default, field.shape)]),
  )
}

function isDefaultOf(json: unknown, shape: Shape): boolean {
  if (shape.kind === 'array') return Array.isArray(json)
  if (shape.kind === 'map' || shape.kind === 'record') return isObject(json)
  if (shape.kind === 'primitive' && shape.name !== 'bytes') return isOf(shape.name, json)
  return typeof json === 'string'
}

/** All that is wrong, and not only the first of it. */
function together(
  parts: readonly (readonly [string | number, FromJson])[],
  make: (values: (readonly [string, unknown])[]) => unknown,
): FromJson {
  const errors = parts.flatMap(([, part]) => ('errors' in part ? part.errors : []))
  if (errors.length > 0) return { errors }
  return { value: make(parts.map(([name, part]) => [String(name), 'value' in part ? part.value : undefined])) }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date) && !Buffer.isBuffer(value)
