import { z } from 'zod'

const share = z.number().min(0).max(1)

/** How the payment gateway treats requests for money: what its page and the console set. What is left out is well-behaved. */
export const Behaviour = z.strictObject({
  /** More than this are answered 429; null for no limit. */
  requestsPerSecond: z.number().positive().nullable().default(null),
  /** How long every answer takes at least, in milliseconds. */
  latencyMs: z.number().int().min(0).max(600_000).default(0),
  /** Share of requests that are answered 500; for every other of them the money has moved all the same. */
  failureRate: share.default(0),
  /** Share of orders whose card is declined, always the same orders. */
  declineRate: share.default(0),
})
export type Behaviour = z.infer<typeof Behaviour>
