import { type Log, ownSettings } from '@petrel/messaging'
import type { Pool } from 'pg'
import { pino } from 'pino'
import { z } from 'zod'
import { openPool } from '../../packages/messaging/src/store/postgres/connections.ts'
import { type Neighbour, neighbourAt } from './http/neighbour.ts'
import type { Serving } from './http/serve.ts'

/** The same set for each service: a service takes what it knows. */
const schema = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  FAULT_FILE: z.string().min(1),
  IDEMPOTENCY_KEYS: z.enum(['on', 'off']).default('on'),
  SALES_URL: z.url(),
  BILLING_URL: z.url(),
  STOCK_URL: z.url(),
  LOYALTY_URL: z.url(),
  SHIPPING_URL: z.url(),
  EMAIL_URL: z.url(),
  PAYMENT_GATEWAY_URL: z.url(),
  SMTP_URL: z.url(),
})

type Addresses = Extract<keyof z.infer<typeof schema>, `${string}_URL`>

export interface Card {
  readonly log: Log
  /** As many connections as a service of the real shop has. */
  readonly database: Pool
  readonly serving: Serving
  readonly hasKeys: boolean
  readonly urlOf: (address: Addresses) => string
  /** @param attemptMs how long one attempt may take; default: as long as the customer waits */
  readonly neighbour: (address: Addresses, attemptMs?: number) => Neighbour
}

/** What every card of the house has. @param name of the service */
export function card(name: string, environment: NodeJS.ProcessEnv): Card {
  const settings = ownSettings(name, schema, environment)
  const log = pino({ name })
  const hasKeys = settings.IDEMPOTENCY_KEYS === 'on'
  const urlOf = (address: Addresses) => settings[address]
  return {
    log,
    database: openPool(settings.DATABASE_URL, log),
    serving: { port: settings.PORT, faultFile: settings.FAULT_FILE, log },
    hasKeys,
    urlOf,
    neighbour: (address, attemptMs = Number.POSITIVE_INFINITY) => neighbourAt(urlOf(address), { hasKeys, attemptMs }),
  }
}
