import { httpClient, noTlsSettings, requestTo } from '@petrel/messaging/connections'
import { Problem } from '@petrel/pages'
import type { Context } from 'koa'
import { z } from 'zod'

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
export function gatewayCounts(paymentGatewayUrl: string, tls = noTlsSettings('PAYMENT_GATEWAY_SSL')) {
  const ask = httpClient(tls)
  const { url, headers } = requestTo(paymentGatewayUrl)
  const asked = {
    method: 'GET',
    url: new URL('/charges', url).href,
    headers,
    timeoutMs: longestMs,
    maxBytes: 64 * 1024,
  }
  return async (ctx: Context): Promise<void> => {
    try {
      const { status, text } = await ask(asked)
      if (status !== 200) throw new Error(`The payment gateway answered ${status}.`)
      ctx.body = Counts.parse(JSON.parse(text))
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
