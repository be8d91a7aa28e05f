import { inspect } from 'node:util'
import avsc, { type Type } from 'avsc'
import type { MessageDescriptor } from '../definition/message.ts'
import { TimestampMillis } from '../avro/timestampMillis.ts'
import { loggedAs } from '../errorForLog.ts'
import { InvalidMessage } from './errors.ts'

/** Where and why data does not fit its schema: `sales.OrderPlaced.lines.0.quantity: 1.5 is not an int`. */
export function validationError({ fullName }: Pick<MessageDescriptor, 'fullName'>, type: Type, data: unknown): InvalidMessage {
  const reasons: Reason[] = []
  type.isValid(data, {
    noUndeclaredFields: true,
    errorHook: (path, value, expected) => reasons.push({ field: [fullName, ...path].join('.'), value, expected }),
  })
  const [first] = reasons
  if (first === undefined) return new InvalidMessage(`${fullName}: does not fit its schema`)
  const shown = inspect(first.value, { depth: 0, maxStringLength: 40, breakLength: Number.POSITIVE_INFINITY })
  return loggedAs(new InvalidMessage(sentence(first, shown)), sentence(first, `a ${typeof first.value}`))
}

interface Reason {
  readonly field: string
  readonly value: unknown
  readonly expected: Type
}

const sentence = ({ field, value, expected }: Reason, shown: string) => `${field}: ${reason(value, expected, shown)}`

function reason(value: unknown, expected: Type, shown: string): string {
  if (value === undefined) return 'is missing'
  const undeclared = undeclaredField(value, expected)
  if (undeclared !== undefined) return `has no field "${undeclared}" in its schema; add it there, or leave it out`
  return `${shown} is not ${nounFor(expected)}`
}

function undeclaredField(value: unknown, expected: Type): string | undefined {
  if (!(expected instanceof avsc.types.RecordType) || typeof value !== 'object' || value === null) return undefined
  return Object.keys(value).find((name) => expected.field(name) === undefined)
}

function nounFor(type: Type): string {
  if (type instanceof TimestampMillis) return 'a valid Date'
  if (type instanceof avsc.types.EnumType) return `one of ${type.symbols.join(', ')}`
  if (type instanceof avsc.types.UnwrappedUnionType) return type.types.map(nounFor).join(' or ')
  if (type instanceof avsc.types.RecordType) return 'an object'
  if (type.typeName === 'null') return 'null'
  return /^[aeiou]/.test(type.typeName) ? `an ${type.typeName}` : `a ${type.typeName}`
}
