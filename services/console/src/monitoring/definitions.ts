import type { Definition } from './definition.ts'
import type { Sources } from './knownEndpoints.ts'

/** What endpoints handle and produce, as they said last, by their names; of an endpoint that was removed nobody waits for anything. */
export async function readDefinitions({ pool, look }: Sources): Promise<Map<string, Definition>> {
  const [deployed, { rows }] = await Promise.all([
    look.deployed(),
    pool.query<{ name: string; definition: Definition }>(
      'select name, definition from endpoint where definition is not null order by name',
    ),
  ])
  return new Map(rows.filter(({ name }) => deployed?.has(name) ?? true).map(({ name, definition }) => [name, definition]))
}
