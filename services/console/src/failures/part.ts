import { Readable } from 'node:stream'
import { notFound } from '@petrel/pages'
import { z } from 'zod'
import { recorded } from '../actions/action.ts'
import { begun } from '../http/begun.ts'
import { bodyOf, queryOf } from '../http/input.ts'
import { pageQuery } from '../http/paging.ts'
import type { ConsoleContext, Part } from '../part.ts'
import { deadLetters } from './deadLetters.ts'
import { failureIdIn } from './failureIdIn.ts'
import { archive, restore } from './decide.ts'
import { failureDetail, maskedDetail } from './detail.ts'
import { confirmationsIn, storeConfirmations } from './confirmations.ts'
import { asCsv, asJson } from './export.ts'
import { filterShape, groupings, groupRef } from './filter.ts'
import { listGroups } from './groups.ts'
import { countFailures, everyFailure, failureCursor, listPage, sortQuery } from './list.ts'
import { decisions } from './marks.ts'
import { narrowed } from './narrowed.ts'
import { noteGroup } from './notes.ts'
import { keepForSomeDays } from './retention.ts'
import { describeSelection, filterOf, selectionWith } from './selection.ts'

const by = z.enum(groupings)
const groupsQuery = z.strictObject({ ...filterShape, by: by.default('error') })
const listFilter = { ...filterShape, group: groupRef.optional(), by: by.optional() }
const listQuery = pageQuery(failureCursor)
  .extend({ ...listFilter, sort: sortQuery })
  .strict()
const exportQuery = z.strictObject(listFilter)
const detailQuery = z.strictObject({ unmasked: z.literal('true').optional() })
const decisionBody = selectionWith({ reason: z.string().max(2_000).default('') })
const noteBody = z.strictObject({ text: z.string().max(2_000) })

/** What failed, why and since when; and what people decide about it. */
export function failuresPart(context: ConsoleContext): Part {
  const { pool, codec, prefix, access, settings } = context
  return {
    handlers: [deadLetters(codec, prefix, settings.CONSOLE_FOREIGN_TOPICS), decisions(prefix)],
    audited: (batch, audits) => storeConfirmations(batch, audits.flatMap(confirmationsIn)),
    start: () => keepForSomeDays(context),
    routes(router) {
      const [reads, changes] = [access.requires('reader'), access.requires('operator')]
      router.get('/api/groups', reads, async (ctx) => {
        const { by, ...filter } = queryOf(ctx, groupsQuery)
        ctx.body = await listGroups(pool, by, await narrowed(pool, filter))
      })
      router.put('/api/groups/:id/note', changes, async (ctx) => {
        const group = groupRef.safeParse(ctx.params['id']).data
        if (group === undefined) throw notFound(`There is no group ${ctx.params['id']}.`)
        const { text } = bodyOf(ctx, noteBody)
        await noteGroup(pool, { group, text, by: access.of(ctx).user })
        ctx.status = 204
      })
      router.get('/api/failures', reads, async (ctx) => {
        const { sort, limit, cursor, by: _, ...asked } = queryOf(ctx, listQuery)
        const filter = await narrowed(pool, asked)
        const [page, total] = await Promise.all([listPage(pool, { filter, sort, limit, cursor }), countFailures(pool, filter)])
        ctx.body = { total, ...page }
      })
      for (const [kind, write] of [
        ['csv', asCsv],
        ['json', asJson],
      ] as const)
        router.get(`/api/failures.${kind}`, reads, async (ctx) => {
          const { by: _, ...filter } = queryOf(ctx, exportQuery)
          const failures = await begun(everyFailure(pool, await narrowed(pool, filter)))
          ctx.type = kind
          ctx.attachment(`failures.${kind}`)
          ctx.body = Readable.from(write(failures))
        })
      router.get('/api/failures/:id', reads, async (ctx) => {
        const [id, { unmasked }] = [failureIdIn(ctx), queryOf(ctx, detailQuery)]
        if (unmasked === undefined) {
          ctx.body = await maskedDetail(context, id)
          return
        }
        await changes(ctx, async () => {
          const action = { by: access.of(ctx).user, what: 'show personal data', selection: { failure: id } }
          ctx.body = await recorded(pool, action, async () => ({ result: await failureDetail(context, id), count: 1 }))
        })
      })
      for (const [what, decide] of [
        ['archive', archive],
        ['restore', restore],
      ] as const)
        router.post(`/api/${what}`, changes, async (ctx) => {
          const { reason, ...selection } = bodyOf(ctx, decisionBody)
          const { user: by } = access.of(ctx)
          const changed = await recorded(pool, { by, what, selection: describeSelection(selection) }, async () => {
            const count = await decide(context, { filter: filterOf(selection), by, reason })
            return { result: count, count, detail: reason }
          })
          ctx.body = { changed }
        })
    },
  }
}
