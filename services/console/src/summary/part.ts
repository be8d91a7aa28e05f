import type { ConsoleContext, Part } from '../part.ts'
import { runningReplays } from '../replays/replay.ts'
import type { Summary } from './summary.ts'

/** What a person who is woken at night sees first. Other parts add what they know. */
export const summaryPart = ({ pool, access }: ConsoleContext, parts: readonly Part[]): Part => ({
  routes: (router) =>
    void router.get('/api/summary', access.requires('reader'), async (ctx) => {
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
        replaysRunning: replays.map(({ replayId, total, sent, resolved, failed }) => ({
          replayId,
          total,
          sent,
          resolved,
          failed,
        })),
        waitingForRetry: 0,
        endpoints: 0,
        silent: 0,
        outageGuards: [],
        breakIt: false,
      }
      ctx.body = { ...Object.assign(own, ...others), access: access.told(ctx) }
    }),
})
