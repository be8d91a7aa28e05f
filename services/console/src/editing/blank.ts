import type { Shape } from '../avro/shape.ts'
import { defaultOf } from './fromJson.ts'

/** A value to begin with: defaults, and otherwise nothing of the kind. A time that nobody has written yet is null, which does not fit. */
export function blankOf(shape: Shape): unknown {
  if (shape.kind === 'record')
    return Object.fromEntries(
      shape.fields.map((field) => [field.name, field.hasDefault ? defaultOf(field.default, field.shape) : blankOf(field.shape)]),
    )
  if (shape.kind === 'union') {
    const [first] = shape.branches
    const hasNull = shape.branches.some((branch) => branch.kind === 'primitive' && branch.name === 'null')
    return hasNull || first === undefined ? null : blankOf(first)
  }
  if (shape.kind === 'array') return []
  if (shape.kind === 'map') return {}
  if (shape.kind === 'enum') return shape.symbols[0]
  if (shape.kind === 'fixed') return Buffer.alloc(shape.size)
  return shape.logicalType === undefined ? blanks[shape.name] : null
}

const blanks: Readonly<Record<string, unknown>> = {
  null: null,
  boolean: false,
  int: 0,
  long: 0,
  float: 0,
  double: 0,
  bytes: Buffer.alloc(0),
  string: '',
}
