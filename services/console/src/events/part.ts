import { answerChanges } from '../http/eventStream.ts'
import type { ConsoleContext, Part } from '../part.ts'

/** What happens: as it happens. */
export const eventsPart = ({ hub, access }: ConsoleContext): Part => ({
  routes: (router) => void router.get('/api/events', access.requires('reader'), (ctx) => answerChanges(ctx, hub)),
})
