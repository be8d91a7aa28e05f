import { ownSettings, run } from '@petrel/messaging'
import { z } from 'zod'
import { emailThrough } from './endpoint.ts'
import { mailerAt } from './mailer.ts'
import { smtpSettings } from './smtpSettings.ts'

const own = z.object({
  /** Who the letters are from. */
  MAIL_FROM: z.string().default('Petrel Tea <shop@petrel.example>'),
})
const settings = ownSettings('email', own.and(smtpSettings), process.env)

await run(emailThrough(mailerAt(settings.smtp, settings.MAIL_FROM)), process.env)
