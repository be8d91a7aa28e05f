import type { Pool } from 'pg'
import { recorded } from '../actions/action.ts'
import { tellChanges } from '../hub/hub.ts'
import { plainText } from '../store/columns.ts'

interface Note {
  readonly group: string
  /** Empty: the note is gone. */
  readonly text: string
  readonly by: string
}

/** What people tell each other about a group of failures. */
export async function noteGroup(pool: Pool, { group, text, by }: Note): Promise<void> {
  await recorded(pool, { by, what: 'note', selection: { group } }, async () => {
    if (text === '') await pool.query('delete from group_note where group_id = $1', [group])
    else
      await pool.query(
        `insert into group_note (group_id, text, by) values ($1, $2, $3)
         on conflict (group_id) do update set text = excluded.text, by = excluded.by, at = now()`,
        [group, plainText(text), by],
      )
    await tellChanges(pool, [{ event: 'groups', data: {} }])
    return { result: undefined, detail: text }
  })
}
