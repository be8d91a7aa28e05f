import type { Pool } from 'pg'
import type { Definition } from './definition.ts'

/** What endpoints handle and produce, as they said last, by their names. */
export async function readDefinitions(pool: Pool): Promise<Map<string, Definition>> {
  const { rows } = await pool.query<{ name: string; definition: Definition }>(
    'select name, definition from endpoint where definition is not null order by name',
  )
  return new Map(rows.map(({ name, definition }) => [name, definition]))
}
