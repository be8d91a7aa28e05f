import { type Role, roles } from './access.ts'

/** Which values of a claim stand for which role. */
export interface RoleMapping {
  /** Where the claim is: `roles`, or `realm_access.roles` for one within another. A name with dots of its own is found as well. */
  readonly claim: string
  readonly values: Readonly<Record<Role, readonly string[]>>
}

/** The highest role that somebody's claims give; undefined when they give none. */
export function roleIn(claims: Readonly<Record<string, unknown>>, { claim, values }: RoleMapping): Role | undefined {
  const has = new Set(valuesAt(claims, claim))
  return roles.toReversed().find((role) => values[role].some((value) => has.has(value)))
}

/** Some providers have a list there, and some a text with blanks or commas. */
export function valuesAt(claims: Readonly<Record<string, unknown>>, claim: string): string[] {
  const found = Object.hasOwn(claims, claim) ? claims[claim] : claim.split('.').reduce(partOf, claims as unknown)
  if (typeof found === 'string') return found.split(/[\s,]+/).filter((value) => value !== '')
  return Array.isArray(found) ? found.filter((value) => typeof value === 'string') : []
}

const partOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
