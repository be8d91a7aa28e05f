import { z } from 'zod'

const port = (standard: string) => z.string().min(1).default(standard).pipe(z.coerce.number<string>().int().min(0).max(65_535))

/** What the console reads from its environment. */
export const settingsSchema = z.object({
  KAFKA_BROKERS: z
    .string()
    .min(1)
    .transform((list) => list.split(',').map((broker) => broker.trim())),
  SCHEMA_REGISTRY_URL: z.url(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  TOPIC_PREFIX: z.string().default(''),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** Where the page and its API are. 0: a free port, which the log names. */
  CONSOLE_PORT: port('8090'),
  /** Whom it listens to. The standard is this machine alone: without a login whoever reaches the page may replay and read bodies. */
  CONSOLE_HOST: z.string().min(1).default('127.0.0.1'),
  /** For how many days a failure is kept that nobody has to do anything about. Unresolved ones are kept for ever. */
  CONSOLE_KEEP_DAYS: z.coerce.number().int().min(1).default(30),
  /** How many messages of one replay are sent a second, unless who asks for it says otherwise. */
  CONSOLE_REPLAY_RATE: z.coerce.number().int().min(1).max(10_000).default(500),
  /** Where `/metrics`, `/live` and `/ready` are answered; nowhere when it is not set. */
  OPS_PORT: z.string().min(1).pipe(z.coerce.number<string>().int().min(0).max(65_535)).optional(),
})

export type Settings = z.infer<typeof settingsSchema>
