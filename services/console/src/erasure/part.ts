import { Problem } from '@petrel/pages'
import { z } from 'zod'
import { recorded } from '../actions/action.ts'
import { bodyOf } from '../http/input.ts'
import type { ConsoleContext, Part } from '../part.ts'
import { every } from '../store/every.ts'
import { alone, beginErasure, runDueErasures, runErasure } from './erasure.ts'

/** Shorter ones would be found in too much. */
const shortest = 3
const value = z.string().trim().min(shortest, `must have at least ${shortest} characters`).max(500)
const erasureBody = z
  .strictObject({ email: value.optional(), customer: value.optional(), key: value.optional() })
  .refine((wanted) => Object.values(wanted).some((given) => given !== undefined), 'needs an email, a customer or a key')

const lookEveryMs = 5_000

/** Forgets a customer. @param parts those that know something about people */
export const erasurePart = (context: ConsoleContext, parts: readonly Part[]): Part => ({
  start: () => every(lookEveryMs, context.log, 'erase what is about somebody', () => runDueErasures(context, parts)),
  routes(router) {
    const { access, pool } = context
    router.post('/api/erasures', access.requires('admin'), async (ctx) => {
      const wanted = bodyOf(ctx, erasureBody)
      const { user: by } = access.of(ctx)
      // By what, and not whom: this stays.
      const selection = { by: Object.keys(wanted) }
      ctx.body = await recorded(pool, { by, what: 'erase', selection }, async () => {
        const done = await alone(pool, async () => runErasure(context, parts, await beginErasure(pool, wanted, by)))
        const report = done?.result
        if (report === undefined) {
          await beginErasure(pool, wanted, by)
          throw later()
        }
        const { failures, audit, deadLetters } = report.erased
        const detail = `${failures} failures, ${audit} rows of audits, ${deadLetters} dead letters; it is looked once more in a minute`
        return { result: report, count: failures, detail }
      })
    })
  },
})

const later = () =>
  new Problem({
    status: 503,
    title: 'Somebody else is being forgotten at the moment',
    detail: 'It was written down, and happens by itself within a minute. The actions log says so when it is done.',
    retryAfter: 60,
  })
