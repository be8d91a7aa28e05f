import { opsPort } from '@petrel/messaging/metrics'
import { z } from 'zod'
import { standardKeeps } from './mails.ts'

const port = (standard: number) => z.coerce.number().int().min(0).max(65_535).default(standard)

/** What it reads from its environment. */
export const settingsSchema = z.object({
  /** Where the page and its API are. */
  MAILBOX_PORT: port(8025),
  /** Where mails are taken. */
  SMTP_PORT: port(18_025),
  /** The folder where mails are kept. */
  MAILBOX_DATA: z.string().min(1),
  /** How many mails are kept: the newest, in 64 MiB at most. */
  MAILBOX_KEEPS: z.coerce.number().int().min(8).default(standardKeeps),
  /** Whom it takes mails from: this machine alone, or 0.0.0.0 for everybody who can reach it. */
  LISTEN_HOST: z.string().min(1).default('127.0.0.1'),
  /** Where the shop listens, under the name by which the page was found: a mail links to its order's page. */
  CLIENT_UI_PORT: port(8080),
  /** Where it answers /metrics, /live and /ready; 0: a free port, which the log names. */
  OPS_PORT: opsPort,
})
