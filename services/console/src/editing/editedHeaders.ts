import { isOfTheBus } from '@petrel/messaging/operations'
import type { KeptHeaders } from '../failures/keptHeaders.ts'
import type { FieldError } from '../http/problem.ts'
import { headerKind, type ShownHeader } from '../pii/headers.ts'
import { hidden } from '../pii/text.ts'

export type EditedHeaders = { readonly headers: KeptHeaders } | { readonly errors: readonly FieldError[] }

/**
 * The headers of an edited message, but for those that the bus sets. Of the message's own ones those that are given stay, with the
 * values that are given. Secrets that are not given go along as they are.
 * @param given undefined: all stay as they are @param shown what the person saw
 */
export function editedHeaders(
  kept: KeptHeaders,
  shown: readonly ShownHeader[],
  given: Readonly<Record<string, string>> | undefined,
): EditedHeaders {
  const foreign = kept.filter(([name]) => !isOfTheBus(name))
  if (given === undefined) return { headers: foreign }
  const errors = Object.entries(given).flatMap(([name, value]) => problemWith(name, value, isAsShown(name, value, shown)))
  if (errors.length > 0) return { errors }
  const names = new Set(Object.keys(given))
  return {
    headers: [
      ...foreign.filter(([name]) => !names.has(name) && headerKind(name) !== 'own'),
      ...Object.entries(given).flatMap(([name, value]) =>
        isAsShown(name, value, shown) ? foreign.filter((header) => header[0] === name) : [[name, value] as const],
      ),
    ],
  }
}

/** Of a name that comes more than once a page shows the last value. */
const isAsShown = (name: string, value: string, shown: readonly ShownHeader[]): boolean =>
  shown.findLast((header) => header.name === name)?.value === value

function problemWith(name: string, value: string, isUnchanged: boolean): FieldError[] {
  const path = `/headers/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
  if (headerKind(name) === 'locked' && !isUnchanged) return [{ path, message: 'is set by the bus, and nobody changes it' }]
  if (!/^[\x21-\x7e]{1,200}$/.test(name)) return [{ path, message: 'has a name that is not 1 to 200 printable characters' }]
  if (value.includes(hidden) && !isUnchanged)
    return [{ path, message: 'is hidden: leave it as it was shown, or write another value' }]
  return value.length > 10_000 ? [{ path, message: 'is longer than 10000 characters' }] : []
}
