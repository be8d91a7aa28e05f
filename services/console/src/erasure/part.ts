import { notFound } from '@petrel/pages'
import { z } from 'zod'
import { bodyOf } from '../http/input.ts'
import type { ConsoleContext, Part } from '../part.ts'
import { plainText } from '../store/columns.ts'
import { every, type Repeated } from '../store/every.ts'
import { beginErasure, runDueErasures } from './erasure.ts'
import { erasureProgress } from './progress.ts'

/** Shorter ones would be found in too much. */
const shortest = 3
const value = z
  .string()
  .trim()
  .min(shortest, `must have at least ${shortest} characters`)
  .max(500)
  // Neither can be looked for in a database. Something near it would be about somebody else.
  .refine((text) => plainText(text) === text, 'must have neither U+0000 nor half a surrogate pair')
const erasureBody = z
  .strictObject({ email: value.optional(), customer: value.optional(), key: value.optional() })
  .refine((wanted) => Object.values(wanted).some((given) => given !== undefined), 'needs an email, a customer or a key')

const lookEveryMs = 5_000

/** Forgets a customer. @param parts those that know something about people */
export function erasurePart(context: ConsoleContext, parts: readonly Part[]): Part {
  const { access, pool, log } = context
  let worker: Repeated | undefined
  return {
    start: () =>
      (worker = every(lookEveryMs, log, 'erase what is about somebody', (ended) => runDueErasures(context, parts, ended))),
    routes(router) {
      router.post('/api/erasures', access.requires('admin'), async (ctx) => {
        const wanted = bodyOf(ctx, erasureBody)
        const erasureId = await beginErasure(pool, wanted, access.of(ctx).user)
        worker?.soon()
        ctx.status = 202
        ctx.set('Location', `/api/erasures/${erasureId}`)
        ctx.body = { erasureId }
      })
      router.get('/api/erasures/:id', access.requires('reader'), async (ctx) => {
        const id = z.uuid().safeParse(ctx.params['id']).data
        if (id === undefined) throw notFound(`There is no erasure ${ctx.params['id']}.`)
        ctx.body = await erasureProgress(pool, id)
      })
    },
  }
}
