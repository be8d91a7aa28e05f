import { z } from 'zod'
import { queryOf } from '../http/input.ts'
import { nextCursor, pageQuery } from '../http/paging.ts'
import type { ConsoleContext, Part } from '../part.ts'

interface ActionRow {
  readonly id: string
  readonly at: Date
  readonly by: string
  readonly what: string
  readonly selection: unknown
  readonly count: number | null
  readonly outcome: string | null
  readonly detail: string | null
}

const cursorSchema = z.uuid()

/** Who did what, the newest first: ids are in the order of time. */
export const actionsPart = ({ pool, access }: ConsoleContext): Part => ({
  routes: (router) =>
    void router.get('/api/actions', access.requires('reader'), async (ctx) => {
      const { limit, cursor } = queryOf(ctx, pageQuery(cursorSchema))
      const { rows } = await pool.query<ActionRow>(
        `select id, at, by, what, selection, count, outcome, detail from action
         where $1::uuid is null or id < $1 order by id desc limit $2`,
        [cursor ?? null, limit + 1],
      )
      ctx.body = { items: rows.slice(0, limit), next: nextCursor(rows, limit, ({ id }) => id) }
    }),
})
