import { setTimeout as wait } from 'node:timers/promises'
import type { Middleware } from 'koa'
import type { Behaviours } from './behaviour.ts'
import { mishap } from './chance.ts'
import { type RateLimit, rateLimit } from './rateLimit.ts'

/** What makes the gateway as unreliable as its settings say. `random` and `limit` are given by tests. */
export function misbehave(
  behaviours: Behaviours,
  random: () => number = Math.random,
  limit: RateLimit = rateLimit(() => performance.now()),
): Middleware {
  return async (context, next) => {
    const { requestsPerSecond, latencyMs, failureRate } = behaviours.now()
    if (!limit(requestsPerSecond)) {
      context.status = 429
      context.set('Retry-After', '1')
      context.body = { reason: `More than ${requestsPerSecond} requests per second. Ask again in a second.` }
      return
    }
    if (latencyMs > 0) await wait(latencyMs)

    const bad = mishap(random(), failureRate)
    if (bad !== 'fails before') await next()
    if (bad === 'none') return
    context.status = 500
    context.body = { reason: 'The gateway stumbled. Whether the money moved, only asking again will tell.' }
  }
}
