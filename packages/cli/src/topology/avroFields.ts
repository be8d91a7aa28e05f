import type { MessageDescriptor } from '@petrel/messaging'
import { z } from 'zod'

/** The part of Avro that schemas are written in (schemas/README.md has the rules). */
type AvroType = string | readonly AvroType[] | AvroNode
interface AvroNode {
  readonly type: AvroType
  readonly name?: string | undefined
  readonly doc?: string | undefined
  readonly fields?: readonly AvroField[] | undefined
  readonly symbols?: readonly string[] | undefined
  readonly items?: AvroType | undefined
  readonly values?: AvroType | undefined
  readonly logicalType?: string | undefined
}
interface AvroField {
  readonly name: string
  readonly doc?: string | undefined
  readonly type: AvroType
  readonly default?: unknown
  /** Whether it says something about a person. */
  readonly pii?: boolean | undefined
}

const type: z.ZodType<AvroType> = z.lazy(() => z.union([z.string(), z.array(type), node]))
const field: z.ZodType<AvroField> = z.lazy(() =>
  z.object({
    name: z.string(),
    doc: z.string().optional(),
    type,
    default: z.unknown().optional(),
    pii: z.boolean().optional(),
  }),
)
const node: z.ZodType<AvroNode> = z.lazy(() =>
  z.object({
    type,
    name: z.string().optional(),
    doc: z.string().optional(),
    fields: z.array(field).optional(),
    symbols: z.array(z.string()).optional(),
    items: type.optional(),
    values: type.optional(),
    logicalType: z.string().optional(),
  }),
)

/** A field in words. */
export interface FieldText {
  /** `lines[].sku` for a field of each element of a list. */
  readonly name: string
  readonly type: string
  readonly doc: string
}

/** What a message is for, in the words of its schema. */
export const docOf = ({ schema }: Pick<MessageDescriptor, 'schema'>): string => node.parse(schema).doc ?? ''

/** Every field of a message, those of its parts below the part. */
export const fieldsOf = ({ schema }: Pick<MessageDescriptor, 'schema'>): FieldText[] => fieldTexts(node.parse(schema), '')

function fieldTexts({ fields = [] }: AvroNode, above: string): FieldText[] {
  return fields.flatMap((field) => {
    const name = above + field.name
    const texts = [field.doc, ...partsOf(field.type).map(symbolsOf), defaultOf(field), personalOf(field)]
    const doc = texts.filter((text) => text !== undefined)
    return [{ name, type: typeText(field.type), doc: doc.join(' ') }, ...below(field.type, name)]
  })
}

/** The fields of the records that a type has in it. */
function below(type: AvroType, name: string): FieldText[] {
  if (typeof type === 'string') return []
  if (isUnion(type)) return type.flatMap((branch) => below(branch, name))
  if (type.fields !== undefined) return fieldTexts(type, `${name}.`)
  if (type.items !== undefined) return below(type.items, `${name}[]`)
  if (type.values !== undefined) return below(type.values, `${name}{}`)
  return below(type.type, name)
}

/** @returns `list of OrderLine`, `string or null`, `long, timestamp-millis` */
function typeText(type: AvroType): string {
  if (typeof type === 'string') return type
  if (isUnion(type))
    return type
      .toSorted((one, other) => Number(one === 'null') - Number(other === 'null'))
      .map(typeText)
      .join(' or ')
  if (type.logicalType !== undefined) return `${typeText(type.type)}, ${type.logicalType}`
  if (type.items !== undefined) return `list of ${typeText(type.items)}`
  if (type.values !== undefined) return `map from string to ${typeText(type.values)}`
  return type.name ?? typeText(type.type)
}

/** A type and what it is made of, as far as no field is in between. */
function partsOf(type: AvroType): AvroNode[] {
  if (typeof type === 'string') return []
  if (isUnion(type)) return type.flatMap(partsOf)
  return [type, ...[type.items, type.values].flatMap((part) => (part === undefined ? [] : partsOf(part)))]
}

const symbolsOf = ({ symbols }: AvroNode) => symbols && `One of ${symbols.map((symbol) => `\`${symbol}\``).join(', ')}.`
const defaultOf = (field: AvroField) => ('default' in field ? `Default: \`${JSON.stringify(field.default)}\`.` : undefined)
const personalOf = ({ pii }: AvroField) => (pii === true ? 'Personal data.' : undefined)
const isUnion = (type: AvroType): type is readonly AvroType[] => Array.isArray(type)
