import type { LetterRow } from '../failures/detail.ts'
import { recordOf } from '../failures/detail.ts'
import { readBody } from '../failures/readBody.ts'
import type { ForeignKind } from '../foreign/failed.ts'
import type { ConsoleContext } from '../part.ts'
import { isAboutRecord } from './aboutSomebody.ts'

const atOnce = 200
/** After so many it is said how far it is. */
const tellEvery = 2_000

type Row = LetterRow & { readonly failure_id: string; readonly foreign_kind: ForeignKind | null }

/**
 * The failures of which a letter says something about somebody. Reads all of them: what is personal is in no index.
 * @param tell how many letters were read, of about how many
 */
export async function findFailures(
  context: ConsoleContext,
  isAbout: (text: string) => boolean,
  tell: (done: number, of: number) => Promise<void>,
): Promise<string[]> {
  const found = new Set<string>()
  const of = await countLetters(context)
  for (let [after, done] = ['', 0]; ;) {
    if (done % tellEvery === 0) await tell(done, Math.max(done, of))
    const { rows } = await context.pool.query<Row>(
      `select letter.*, foreign_kind from letter join failure on failure.id = failure_id
       where place > $1 order by place limit $2`,
      [after, atOnce],
    )
    const last = rows.at(-1)
    if (last === undefined) return [...found]
    for (const row of rows)
      if (!found.has(row.failure_id) && (await isAboutLetter(context, row, isAbout))) found.add(row.failure_id)
    after = last.place
    done += rows.length
  }
}

async function countLetters({ pool }: ConsoleContext): Promise<number> {
  const { rows } = await pool.query<{ count: number }>('select count(*)::int as count from letter')
  return rows[0]?.count ?? 0
}

async function isAboutLetter(context: ConsoleContext, row: Row, isAbout: (text: string) => boolean): Promise<boolean> {
  if (isAbout(row.error_message) || isAbout(row.error_stack)) return true
  const record = await recordOf(row, context)
  return isAboutRecord(isAbout, record, await readBody(context.codec, record.value, row.foreign_kind))
}
