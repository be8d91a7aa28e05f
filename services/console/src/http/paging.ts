import { z } from 'zod'

const largestPage = 200
const usualPage = 50

/** `limit` and `cursor` of a list that is read page by page. @param cursor what a cursor of this list says */
export const pageQuery = <C extends z.ZodType>(cursor: C) =>
  z.object({ limit: limitQuery, cursor: cursorQuery.pipe(cursor).optional() })

const limitQuery = z
  .string()
  .regex(/^\d{1,3}$/, 'is a number from 1 to 200')
  .default(String(usualPage))
  .pipe(z.coerce.number<string>().int().min(1).max(largestPage))

/** A cursor is where the next page begins, in JSON and base64url: nobody has to understand it. */
const cursorQuery = z.string().transform((text, check) => {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown
  } catch {
    check.addIssue('is not a cursor of this list: take it from `next` of the page before')
    return z.NEVER
  }
})

/** The cursor behind the last row of this page; null when no further rows were read. */
export function nextCursor<Row>(rows: readonly Row[], limit: number, placeOf: (row: Row) => unknown): string | null {
  const last = rows[limit - 1]
  if (rows.length <= limit || last === undefined) return null
  return Buffer.from(JSON.stringify(placeOf(last))).toString('base64url')
}
