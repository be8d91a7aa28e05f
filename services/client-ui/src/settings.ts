import { z } from 'zod'

const settings = z.object({
  CLIENT_UI_PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** Where the customers' mails are shown. */
  MAILBOX_URL: z.url({ protocol: /^https?$/ }).default('http://localhost:8025'),
})

export type Settings = z.infer<typeof settings>

/** Reads this service's own settings, whole. @throws Error naming every variable that is missing or wrong */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const parsed = settings.safeParse(environment)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new Error(`client-ui cannot start. The environment is incomplete. ${problems.join('; ')}.`)
}
