// What a form needs to know of an Avro schema (https://avro.apache.org/docs/1.12.0/specification/). Pure: no page.

/**
 * A schema as a form draws it: named types in their places, `["null", T]` as a part that may be missing.
 * @returns `{ kind, name, doc, … }`; kinds: record, array, map, enum, boolean, number, text, time, bytes, null, choice, again
 */
export function shapeOf(schema, names = new Map(), seen = new Set()) {
  if (Array.isArray(schema)) return unionOf(schema, names, seen)
  if (typeof schema === 'string') return primitives[schema] ?? shapeOfName(schema, names, seen)
  if (schema.name !== undefined) {
    names.set(schema.name, schema)
    if (schema.namespace !== undefined) names.set(`${schema.namespace}.${schema.name}`, schema)
  }
  if (schema.logicalType === 'timestamp-millis') return { kind: 'time' }
  if (schema.type === 'record') return recordOf(schema, names, seen)
  if (schema.type === 'enum') return { kind: 'enum', symbols: schema.symbols }
  if (schema.type === 'array') return { kind: 'array', items: shapeOf(schema.items, names, seen) }
  if (schema.type === 'map') return { kind: 'map', values: shapeOf(schema.values, names, seen) }
  if (schema.type === 'fixed') return { kind: 'bytes', size: schema.size }
  return shapeOf(schema.type, names, seen)
}

const primitives = {
  null: { kind: 'null' },
  boolean: { kind: 'boolean' },
  int: { kind: 'number', isWhole: true, min: -(2 ** 31), max: 2 ** 31 - 1 },
  long: { kind: 'number', isWhole: true, min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER },
  float: { kind: 'number', isWhole: false },
  double: { kind: 'number', isWhole: false },
  string: { kind: 'text' },
  bytes: { kind: 'bytes' },
}

function shapeOfName(name, names, seen) {
  const schema = names.get(name)
  if (schema === undefined) throw new Error(`The schema names ${name}, which it does not define.`)
  // A type within itself (a tree) is drawn when one opens it: here it would never end.
  return seen.has(schema) ? { kind: 'again', schema, names } : shapeOf(schema, names, seen)
}

function recordOf(schema, names, seen) {
  const inside = new Set(seen).add(schema)
  const fields = schema.fields.map(({ name, doc, type, pii, default: otherwise }) => ({
    name,
    doc,
    isPersonal: pii === true,
    otherwise,
    shape: shapeOf(type, names, inside),
  }))
  return { kind: 'record', name: schema.name, fields }
}

function unionOf(branches, names, seen) {
  const others = branches.filter((branch) => branch !== 'null')
  if (others.length === 1 && others.length < branches.length) return { ...shapeOf(others[0], names, seen), mayBeNull: true }
  return { kind: 'choice', mayBeNull: others.length < branches.length }
}

/** @returns a value to begin with */
export function emptyOf(shape) {
  if (shape.mayBeNull) return null
  if (shape.kind === 'record')
    return Object.fromEntries(shape.fields.map((field) => [field.name, field.otherwise ?? emptyOf(field.shape)]))
  if (shape.kind === 'again') return emptyOf(shapeOf(shape.schema, shape.names))
  return (
    {
      array: [],
      map: {},
      enum: shape.symbols?.[0],
      boolean: false,
      number: 0,
      text: '',
      time: new Date(0).toISOString(),
      bytes: '',
    }[shape.kind] ?? null
  )
}

/** What the server shows instead of something about a person, whatever its type is. */
export const hidden = '•••'

/** @returns what is wrong with a value, `[{ path, message }]`, before it is sent */
export function problemsOf(shape, value, path = '') {
  // It stays as it is: the server has it.
  if (value === hidden) return []
  if (value === null || value === undefined)
    return shape.mayBeNull || shape.kind === 'null' ? [] : [{ path, message: 'must have a value' }]
  if (shape.kind === 'again') return problemsOf(shapeOf(shape.schema, shape.names), value, path)
  const expected = forms[shape.kind]
  if (expected !== undefined && !expected.fits(value)) return [{ path, message: `must be ${expected.name}` }]
  return checks[shape.kind]?.(shape, value, path) ?? []
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

/** What may stand where a type is; written as JSON it may be anything. */
const forms = {
  record: { name: 'an object', fits: isObject },
  map: { name: 'an object', fits: isObject },
  array: { name: 'a list', fits: Array.isArray },
  text: { name: 'text', fits: (value) => typeof value === 'string' },
  boolean: { name: 'true or false', fits: (value) => typeof value === 'boolean' },
}

const checks = {
  record: ({ fields }, value, path) =>
    fields.flatMap((field) => problemsOf(field.shape, value[field.name], `${path}/${field.name}`)),
  array: ({ items }, value, path) => value.flatMap((item, at) => problemsOf(items, item, `${path}/${at}`)),
  map: ({ values }, value, path) => Object.entries(value).flatMap(([key, item]) => problemsOf(values, item, `${path}/${key}`)),
  enum: ({ symbols }, value, path) =>
    symbols.includes(value) ? [] : [{ path, message: `must be one of ${symbols.join(', ')}` }],
  number: ({ isWhole, min, max }, value, path) =>
    numberProblem(value, { isWhole, min, max }).map((message) => ({ path, message })),
  time: (_, value, path) =>
    Number.isFinite(Date.parse(value)) || typeof value === 'number'
      ? []
      : [{ path, message: 'must be a time, like 2026-03-01T14:02:07Z' }],
}

function numberProblem(value, { isWhole, min, max }) {
  // A long that is too large for a number comes as text, and is left as it is.
  if (typeof value === 'string' && isWhole && /^-?\d{16,19}$/.test(value)) return []
  if (typeof value !== 'number' || !Number.isFinite(value)) return ['must be a number']
  if (isWhole && !Number.isInteger(value)) return ['must be a whole number']
  if (min !== undefined && (value < min || value > max)) return [`must be between ${min} and ${max}`]
  return []
}

/** @returns what differs, `[{ path, from, to }]`; a list whose length differs is one change */
export function changesOf(from, to, path = '') {
  if (same(from, to)) return []
  const areObjects = isObject(from) && isObject(to)
  const areLists = Array.isArray(from) && Array.isArray(to) && from.length === to.length
  if (!areObjects && !areLists) return [{ path: path === '' ? '/' : path, from, to }]
  const keys = new Set([...Object.keys(from), ...Object.keys(to)])
  return [...keys].flatMap((key) => changesOf(from[key], to[key], `${path}/${key}`))
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other)

/** @returns where the server means, as this page writes it: `/lines/0/quantity` */
export const pathOf = (path) =>
  `/${path
    .replaceAll(/\[(\w+)\]/g, '.$1')
    .split(/[./]/)
    .filter(Boolean)
    .join('/')}`.replace(/^\/body(?=\/|$)/, '') || '/'
