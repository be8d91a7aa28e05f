import { notFound } from '@petrel/pages'
import { z } from 'zod'
import { queryOf } from '../http/input.ts'
import type { Look } from '../monitoring/look.ts'
import type { ConsoleContext, Part } from '../part.ts'
import { plainText } from '../store/columns.ts'
import { findConversations } from './findConversations.ts'
import { readConversation } from './readConversation.ts'

/** PostgreSQL has no text with a zero byte: nothing has such an id. */
const id = z.string().max(512).transform(plainText)
const findQuery = z.strictObject({ q: id.transform((text) => text.trim()).default('') })
const viewQuery = z.strictObject({ key: id.optional() })

/** What one first message has led to: any order, whether it went well or not. */
export function conversationsPart(context: ConsoleContext, look: Look): Part {
  const { access } = context
  const reads = access.requires('reader')
  return {
    routes(router) {
      router.get('/api/conversations', reads, async (ctx) => {
        const { q } = queryOf(ctx, findQuery)
        ctx.body = { items: await findConversations(context, look, q) }
      })
      router.get('/api/conversations/:id', reads, async (ctx) => {
        const { key } = queryOf(ctx, viewQuery)
        const conversationId = plainText(ctx.params['id'] ?? '')
        const view = await readConversation(context, look, conversationId, key)
        if (view.messages.length === 0)
          throw notFound(
            `There is no conversation ${conversationId}. GET /api/conversations?q= finds one by an id or a key in it.`,
          )
        ctx.body = { conversationId, ...view, traceUrl: traceUrl(context, view.traceId) }
      })
    },
  }
}

const traceUrl = ({ settings }: ConsoleContext, traceId: string | null): string | null =>
  settings.CONSOLE_TRACE_URL === undefined || traceId === null
    ? null
    : settings.CONSOLE_TRACE_URL.replaceAll('{traceId}', traceId)
