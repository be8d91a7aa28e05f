import { answerChanges } from '../http/eventStream.ts'
import { queryOf } from '../http/input.ts'
import { pageQuery } from '../http/paging.ts'
import type { ConsoleContext, Part, Work } from '../part.ts'
import { every } from '../store/every.ts'
import { listChecks, runDueChecks, setChecks } from './checks.ts'
import { boundDeliveries, deliverDue, setWebhooks } from './deliver.ts'
import { eventCursor, listEvents } from './listEvents.ts'

const query = pageQuery(eventCursor).strict()

/** What happens: as it happens, what has happened, and who else is told. */
export function eventsPart(context: ConsoleContext): Part {
  const { pool, hub, access } = context
  const reads = access.requires('reader')
  return {
    start: () => tellOthers(context),
    routes(router) {
      router.get('/api/events', reads, async (ctx) => {
        const page = queryOf(ctx, query)
        if (ctx.accepts('application/json', 'text/event-stream') === 'text/event-stream') answerChanges(ctx, hub)
        else ctx.body = await listEvents(pool, page)
      })
      router.get('/api/checks', reads, async (ctx) => {
        ctx.body = { items: await listChecks(pool) }
      })
    },
  }
}

const workEveryMs = 1_000
const tidyEveryMs = 60_000

function tellOthers({ pool, settings, log }: ConsoleContext): Work {
  const { CONSOLE_WEBHOOKS: webhooks, CONSOLE_CHECKS: checks, CONSOLE_EVENT_DAYS: days } = settings
  const webhooksAreSet = once(() => setWebhooks(pool, webhooks))
  const checksAreSet = once(() => setChecks(pool, checks))
  const works = [
    every(workEveryMs, log, 'deliver webhooks', async () => {
      await webhooksAreSet()
      for (let isMore = webhooks.length > 0; isMore;) isMore = await deliverDue(pool, webhooks, log)
    }),
    every(workEveryMs, log, 'run checks', async () => {
      await checksAreSet()
      if (checks.length > 0) await runDueChecks(pool)
    }),
    every(tidyEveryMs, log, 'forget old events', async () => {
      await boundDeliveries(pool, log)
      await pool.query('delete from event where at < now() - make_interval(days => $1)', [days])
    }),
  ]
  return { close: async () => void (await Promise.all(works.map((work) => work.close()))) }
}

/** Until it has worked. */
function once(work: () => Promise<void>): () => Promise<void> {
  let isDone = false
  return async () => {
    if (isDone) return
    await work()
    isDone = true
  }
}
