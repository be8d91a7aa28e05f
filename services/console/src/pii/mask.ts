import type { AvroSchema } from '@petrel/messaging'
import { looksPersonal } from '@petrel/messaging/personal'
import { type RecordShape, type Shape, shapeOf } from '../avro/shape.ts'
import { hidden, textMask } from './text.ts'

/** A body that people without further rights may see. */
export interface Masked {
  /** As JSON has it; the same where nothing is personal. */
  readonly data: unknown
  /** The texts that are hidden in it: errors and headers quote them. */
  readonly personal: readonly string[]
  /** Whether anything is hidden. */
  readonly isMasked: boolean
}

/**
 * Hides what the writer's schema calls personal: the whole value of such a field, whatever is in it. A field of which the schema
 * does not say it either way is hidden when it is named like a person's. In all other texts e-mail addresses are hidden, and
 * whatever they repeat of a personal field.
 * @param data as it was decoded with this schema
 */
export const masked = (data: unknown, schema: AvroSchema): Masked => maskedAs(data, shapeOf(schema))

/** Hides by the names of fields alone: for a body without a schema. @param data JSON */
export const maskedJson = (data: unknown): Masked => maskedAs(data, json)

/** A decoded body as JSON has it: times in ISO 8601, bytes in base64. */
export const asJson = (data: unknown): unknown => shown(data, json, { text: (value) => value })

/** Every text and number in a body, and every key of a map in it: what could say whose it is. */
export function everyText(data: unknown, schema: AvroSchema | undefined): ReadonlySet<string> {
  const found = new Set<string>()
  collect(data, schema === undefined ? json : shapeOf(schema), true, found)
  return found
}

/** What a body can be found by, and what must be hidden in it. */
export interface OpenTexts {
  /** Texts that are in no personal field. E-mail addresses are still in them, and what they repeat of personal fields. */
  readonly texts: readonly string[]
  /** Numbers, times and bytes there, as JSON has them. */
  readonly others: readonly string[]
  /** As in {@link Masked}. */
  readonly personal: readonly string[]
}

/** What {@link masked} shows of a body's texts and numbers, without making all of it. @param schema undefined: of a body without one */
export function openTexts(data: unknown, schema: AvroSchema | undefined): OpenTexts {
  const found: Found = { texts: [], others: [], personal: new Set() }
  collectOpen(data, schema === undefined ? json : shapeOf(schema), 0, found)
  return { ...found, personal: [...found.personal] }
}

/** What nobody has described. */
const json = { kind: 'json' } as const
type Known = Shape | typeof json

function maskedAs(data: unknown, shape: Known): Masked {
  const found = new Set<string>()
  collect(data, shape, false, found)
  const personal = [...found]
  const mask = textMask(personal)
  let isMasked = false
  const seen = shown(data, shape, {
    personal() {
      isMasked = true
      return hidden
    },
    text(value) {
      const seen = mask(value)
      if (seen !== value) isMasked = true
      return seen
    },
  })
  return { data: seen, personal, isMasked }
}

/** Of a part of a value with a name: what is known about it. */
interface KnownField {
  readonly shape: Known
  readonly isPersonal: boolean
}

function partOf(shape: Known, name: string): KnownField {
  if (shape.kind === 'map') return { shape: shape.values, isPersonal: false }
  const field = shape.kind === 'record' ? fieldsOf(shape).get(name) : undefined
  return field ?? { shape: json, isPersonal: looksPersonal(name) }
}

const knownFields = new WeakMap<RecordShape, ReadonlyMap<string, KnownField>>()

/** Worked out once for each record of a schema. */
function fieldsOf(shape: RecordShape): ReadonlyMap<string, KnownField> {
  const known = knownFields.get(shape)
  if (known !== undefined) return known
  const fields = new Map(
    shape.fields.map(({ name, pii, ...field }) => [name, { shape: field.shape, isPersonal: pii ?? looksPersonal(name) }]),
  )
  knownFields.set(shape, fields)
  return fields
}

/** Adds every text that stands in a personal field. */
function collect(value: unknown, declared: Known, isPersonal: boolean, found: Set<string>): void {
  if (value === null || value === undefined) return
  const shape = branchFor(value, declared)
  if (Array.isArray(value)) {
    for (const item of value) collect(item, itemsOf(shape), isPersonal, found)
  } else if (isObject(value)) {
    for (const name of Object.keys(value)) {
      if (isPersonal && shape.kind === 'map') found.add(name)
      const part = partOf(shape, name)
      collect(value[name], part.shape, isPersonal || part.isPersonal, found)
    }
  } else if (isPersonal) {
    const leaf = leafAsJson(value)
    if (typeof leaf === 'string' || typeof leaf === 'number') found.add(String(leaf))
  }
}

interface Found {
  readonly texts: string[]
  readonly others: string[]
  readonly personal: Set<string>
}

/** Deeper nobody looks for anything. */
const deepest = 20

function collectOpen(value: unknown, declared: Known, depth: number, found: Found): void {
  if (typeof value === 'string') {
    if (depth <= deepest) found.texts.push(value)
  } else if (Array.isArray(value)) {
    const items = itemsOf(branchFor(value, declared))
    for (const item of value) collectOpen(item, items, depth + 1, found)
  } else if (isObject(value)) {
    const shape = branchFor(value, declared)
    for (const name of Object.keys(value)) {
      const part = partOf(shape, name)
      if (part.isPersonal) collect(value[name], part.shape, true, found.personal)
      else collectOpen(value[name], part.shape, depth + 1, found)
    }
  } else if (value !== null && value !== undefined && depth <= deepest) found.others.push(String(leafAsJson(value)))
}

interface Showing {
  /** What is seen instead of a personal value; the value when there is nothing to hide. */
  readonly personal?: () => string
  /** What is seen of any other text. */
  readonly text: (value: string) => string
}

/** What is seen of a value, in JSON. */
function shown(value: unknown, declared: Known, showing: Showing): unknown {
  const shape = branchFor(value, declared)
  if (Array.isArray(value)) return value.map((item) => shown(item, itemsOf(shape), showing))
  if (!isObject(value)) return typeof value === 'string' ? showing.text(value) : leafAsJson(value)
  const seen: Record<string, unknown> = {}
  for (const name of Object.keys(value)) {
    const part = partOf(shape, name)
    // That there is nothing is not hidden: it is what many failures are about.
    const instead = part.isPersonal && value[name] !== null ? showing.personal?.() : undefined
    setOwn(seen, shape.kind === 'record' ? name : showing.text(name), instead ?? shown(value[name], part.shape, showing))
  }
  return seen
}

/** A key of others may be `__proto__`. */
function setOwn(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(object, name, { value, configurable: true, enumerable: true, writable: true })
  else object[name] = value
}

/** The branch of a union that a value is of: no two of them look alike, or the schema could not have been read. */
function branchFor(value: unknown, shape: Known): Known {
  if (shape.kind !== 'union') return shape
  const kinds = Array.isArray(value) ? ['array'] : isObject(value) ? ['record', 'map'] : []
  return shape.branches.find(({ kind }) => kinds.includes(kind)) ?? json
}

const itemsOf = (shape: Known): Known => (shape.kind === 'array' ? shape.items : json)

function leafAsJson(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  // JSON has no such numbers, and null would be another value.
  return typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value)) ? String(value) : value
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Date) &&
  !(value instanceof Uint8Array)
