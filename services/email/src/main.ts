import { ownSettings, run } from '@petrel/messaging'
import { z } from 'zod'
import { emailThrough } from './endpoint.ts'
import { mailerAt } from './mailer.ts'

const schema = z.object({
  /** The mail server, for example smtp://127.0.0.1:18025. */
  SMTP_URL: z.url({ protocol: /^smtps?$/ }),
  /** Who the letters are from. */
  MAIL_FROM: z.string().default('Petrel Tea <shop@petrel.example>'),
})
const settings = ownSettings('email', schema, process.env)

await run(emailThrough(mailerAt(settings.SMTP_URL, settings.MAIL_FROM)), process.env)
