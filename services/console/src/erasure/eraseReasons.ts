import { type Mark, markLetters } from '@petrel/messaging/operations'
import type { ConsoleContext } from '../part.ts'

interface ReasonRow {
  readonly position: string
  readonly outcome: Mark['outcome']
  readonly at: Date
  readonly by: string
  readonly reason: string
  readonly endpoint: string
  readonly source: string
  readonly identity: string
  readonly message_id: string
  readonly foreign_kind: string | null
}

const without = 'erased'

/**
 * Reasons that people gave for what they decided about others' messages, and in which somebody is named. The decision is written once
 * more, without it: in time the topic forgets the first one.
 */
export async function eraseReasons({ pool, broker, prefix }: ConsoleContext, isAbout: (text: string) => boolean): Promise<void> {
  const { rows } = await pool.query<ReasonRow>(
    `select distinct on (position, mark.at, outcome) position, outcome, mark.at, mark.by, reason, failure.endpoint, source, identity,
       message_id, foreign_kind
     from mark join letter on position = any(array[place, first_place]) and name = any(mark_names)
       join failure on failure.id = failure_id
     where reason is not null
     order by position, mark.at, outcome`,
  )
  for (const row of rows.filter(({ reason }) => isAbout(reason))) {
    const { endpoint, source, identity, message_id, position, outcome, by, at } = row
    const letter = { identity: { source, id: identity, formerId: message_id }, positions: [position] }
    const mark: Mark = { outcome, by, at: at.toISOString(), reason: without }
    if (row.foreign_kind === null) await markLetters({ endpoint, letters: [letter], mark }, { broker, prefix })
    await pool.query('update mark set reason = $4 where position = $1 and at = $2 and outcome = $3', [
      position,
      at,
      outcome,
      without,
    ])
  }
}
