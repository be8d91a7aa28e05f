import type { Pool } from 'pg'
import type { ConsoleContext, Part } from '../part.ts'
import { runningReplays } from '../replays/replay.ts'
import { kept } from './kept.ts'
import type { Summary } from './summary.ts'

/** What a person who is woken at night sees first. Other parts add what they know. */
export function summaryPart({ pool, access, hub }: ConsoleContext, parts: readonly Part[]): Part {
  let isTelling = false
  const tellAgain = () => {
    isTelling = true
    hub.tell({ event: 'summary', data: {} })
    isTelling = false
  }
  const summary = kept(() => readSummary(pool, parts), tellAgain)
  hub.listen(() => isTelling || summary.changed())
  return {
    routes: (router) =>
      void router.get('/api/summary', access.requires('reader'), async (ctx) => {
        ctx.body = { ...(await summary.ask()), access: access.told(ctx) }
      }),
  }
}

async function readSummary(pool: Pool, parts: readonly Part[]): Promise<Summary> {
  const [open, replays, ...others] = await Promise.all([
    pool.query<{ unresolved: number; oldestFailure: Date | null }>(
      `select count(*)::int as unresolved, min(first_failed_at) as "oldestFailure" from failure where state = 'unresolved'`,
    ),
    runningReplays(pool),
    ...parts.flatMap(({ summary }) => summary?.() ?? []),
  ])
  const own: Summary = {
    unresolved: open.rows[0]?.unresolved ?? 0,
    oldestFailure: open.rows[0]?.oldestFailure ?? null,
    replaysRunning: replays.map(({ replayId, total, sent, resolved, failed }) => ({ replayId, total, sent, resolved, failed })),
    waitingForRetry: 0,
    endpoints: 0,
    silent: 0,
    outageGuards: [],
    breakIt: false,
  }
  return Object.assign(own, ...others) as Summary
}
