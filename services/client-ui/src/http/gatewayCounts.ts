import type { Context } from 'koa'
import { z } from 'zod'
import { Problem } from './problem.ts'

/** The page can wait, and says when it did so for nothing. */
const longestMs = 2_000

const Counts = z.object({
  charges: z.number(),
  refunds: z.number(),
  declines: z.number(),
  ordersChargedTwice: z.number(),
})

/**
 * What the payment gateway has counted, of all orders: the page shows it as a witness beside what the shop says itself.
 * Only for people who look; no order waits for it.
 */
export function gatewayCounts(paymentGatewayUrl: string) {
  return async (ctx: Context): Promise<void> => {
    try {
      const response = await fetch(new URL('/charges', paymentGatewayUrl), { signal: AbortSignal.timeout(longestMs) })
      if (!response.ok) throw new Error(`The payment gateway answered ${response.status}.`)
      ctx.body = Counts.parse(await response.json())
    } catch (error) {
      throw new Problem(
        {
          status: 503,
          title: 'The payment gateway does not say what it has counted',
          detail: 'It did not answer. No order waits for this. Ask again.',
          retryAfter: 2,
        },
        { cause: error },
      )
    }
  }
}
