import type { Pool } from 'pg'

/** What somebody has made of a message, or of which other one it was made. */
export interface Edits {
  readonly editOf: string | null
  readonly editedAs: string | null
}

/** @param id of a failure */
export async function editsOf(pool: Pool, id: string): Promise<Edits> {
  const { rows } = await pool.query<Edits>(
    `select
       (select failure_id from edit where becomes = $1 limit 1) as "editOf",
       (select message_id from edit join replay on replay.id = replay_id
        where failure_id = $1 and replay.state <> 'cancelled' order by edit.at desc limit 1) as "editedAs"`,
    [id],
  )
  return rows[0] ?? { editOf: null, editedAs: null }
}
