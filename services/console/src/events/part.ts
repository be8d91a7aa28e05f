import { z } from 'zod'
import { answerChanges } from '../http/eventStream.ts'
import { queryOf } from '../http/input.ts'
import { pageQuery } from '../http/paging.ts'
import type { ConsoleContext, Part } from '../part.ts'

const query = pageQuery(z.uuid()).strict()

/** What happens: as it happens, for whoever asks for a stream of events. */
export const eventsPart = ({ hub, access }: ConsoleContext): Part => ({
  routes: (router) =>
    void router.get('/api/events', access.requires('reader'), (ctx) => {
      queryOf(ctx, query)
      if (ctx.accepts('application/json', 'text/event-stream') === 'text/event-stream') answerChanges(ctx, hub)
      else ctx.body = { items: [], next: null }
    }),
})
