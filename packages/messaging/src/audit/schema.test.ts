import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { auditSchema } from './schema.ts'

/** The names of all fields of a schema, also of the records in it. */
function fieldNames(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return []
  const own = 'fields' in part ? (part.fields as { readonly name: string }[]).map(({ name }) => name) : []
  return [...own, ...Object.values(part).flatMap(fieldNames)]
}

test('the guide says what each field means, and each outcome', () => {
  const guide = readFileSync(new URL('../../../../docs/guides/audit.md', import.meta.url), 'utf8')
  const words = new Set([...guide.matchAll(/`(\w+)`/g)].map(([, word]) => word))
  const outcomes = /"symbols":(\[[^\]]*\])/.exec(JSON.stringify(auditSchema))?.[1]
  expect(fieldNames(auditSchema).length).toBeGreaterThan(30)
  const unnamed = [...fieldNames(auditSchema), ...(JSON.parse(outcomes ?? '') as string[])].filter((name) => !words.has(name))
  expect(unnamed).toEqual(['messages', 'heartbeat'])
})
