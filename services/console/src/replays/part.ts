import { notFound } from '@petrel/pages'
import type { Context } from 'koa'
import { z } from 'zod'
import { recorded } from '../actions/action.ts'
import { describeSelection, filterOf, selectionWith } from '../failures/selection.ts'
import { bodyOf, queryOf } from '../http/input.ts'
import { pageQuery } from '../http/paging.ts'
import type { ConsoleContext, Part } from '../part.ts'
import { cancelReplay, dryRun, listReplays, replayDetail, stageReplay } from './replay.ts'
import { startWorker } from './worker.ts'

const replayBody = selectionWith({
  includeStubborn: z.boolean().default(false),
  toOriginalTopic: z.boolean().default(false),
  ratePerSecond: z.number().int().min(1).max(10_000).optional(),
  dryRun: z.boolean().default(false),
})
const listQuery = pageQuery(z.uuid()).strict()
const nothing = z.strictObject({})

/** Sends failed messages back. */
export function replaysPart(context: ConsoleContext): Part {
  const { pool, access, settings } = context
  return {
    start: () => startWorker(context),
    routes(router) {
      const [reads, changes] = [access.requires('reader'), access.requires('operator')]
      router.post('/api/replays', changes, async (ctx) => {
        const {
          includeStubborn,
          toOriginalTopic,
          ratePerSecond = settings.CONSOLE_REPLAY_RATE,
          dryRun: isDry,
          ...selection
        } = bodyOf(ctx, replayBody)
        const filter = filterOf(selection)
        if (isDry) {
          ctx.body = await dryRun(pool, { filter, includeStubborn, toOriginalTopic })
          return
        }
        const { user: by } = access.of(ctx)
        const action = { by, what: 'replay', selection: describeSelection(selection) }
        ctx.body = await recorded(pool, action, async (id) => {
          const staged = await stageReplay(pool, { filter, includeStubborn, toOriginalTopic, ratePerSecond, by }, id)
          return { result: staged, count: staged.total, detail: 'being sent' }
        })
        ctx.status = 202
      })
      router.get('/api/replays', reads, async (ctx) => {
        ctx.body = await listReplays(pool, queryOf(ctx, listQuery))
      })
      router.get('/api/replays/:id', reads, async (ctx) => {
        ctx.body = await replayDetail(pool, replayIdIn(ctx))
      })
      router.post('/api/replays/:id/cancel', changes, async (ctx) => {
        bodyOf(ctx, nothing)
        const id = replayIdIn(ctx)
        await recorded(pool, { by: access.of(ctx).user, what: 'cancel replay', selection: { replay: id } }, async () => {
          const count = await cancelReplay(pool, id)
          return { result: count, count }
        })
        ctx.body = await replayDetail(pool, id)
      })
    },
  }
}

function replayIdIn(ctx: Context & { readonly params: Readonly<Record<string, string>> }): string {
  const id = z.uuid().safeParse(ctx.params['id']).data
  if (id === undefined) throw notFound(`There is no replay ${ctx.params['id']}: an id is a UUID.`)
  return id
}
