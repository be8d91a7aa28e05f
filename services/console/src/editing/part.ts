import { z } from 'zod'
import { recorded } from '../actions/action.ts'
import { failureIdIn } from '../failures/failureIdIn.ts'
import { bodyOf } from '../http/input.ts'
import type { ConsoleContext, Part } from '../part.ts'
import { editableMessage } from './editable.ts'
import { checkEdit, stageEdit } from './stageEdit.ts'

const editBody = z.strictObject({
  body: z.unknown().refine((body) => body !== undefined, 'is missing'),
  headers: z.record(z.string(), z.string()).optional(),
  requestId: z.uuid().optional(),
})

/** Corrects a message that failed, and sends the corrected one. */
export const editingPart = (context: ConsoleContext): Part => ({
  routes(router) {
    const { access, pool } = context
    const changes = access.requires('operator')
    router.get('/api/failures/:id/editable', changes, async (ctx) => {
      const { schema, body, headers } = await editableMessage(context, failureIdIn(ctx))
      ctx.body = { schema, body, headers }
    })
    router.post('/api/failures/:id/edit-and-replay', changes, async (ctx) => {
      const id = failureIdIn(ctx)
      const { user: by } = access.of(ctx)
      const edit = await checkEdit(context, { ...bodyOf(ctx, editBody), failureId: id })
      ctx.body = await recorded(pool, { by, what: 'edit and replay', selection: { failure: id } }, async () => {
        const staged = await stageEdit(context, edit, by)
        return { result: staged, count: 1, detail: `as message ${staged.messageId}` }
      })
      ctx.status = 202
    })
  },
})
