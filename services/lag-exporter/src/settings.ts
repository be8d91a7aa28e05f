import { kafkaSettings } from '@petrel/messaging/connections'
import { z } from 'zod'

const standardPort = '9308'

const own = z.object({
  TOPIC_PREFIX: z.string().default(''),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** Where it answers /metrics, /live and /ready. 0: a free port, which the log names. */
  OPS_PORT: z.string().min(1).default(standardPort).pipe(z.coerce.number<string>().int().min(0).max(65_535)),
})

/** What it reads from its environment. */
export const settingsSchema = own.and(kafkaSettings)
