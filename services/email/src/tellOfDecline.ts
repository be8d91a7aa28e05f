import { PaymentDeclined } from '@petrel/contracts'
import { handler } from '@petrel/messaging'
import { declineNotice } from './letters.ts'
import type { Mailer } from './mailer.ts'
import { notify } from './notify.ts'

/** Email tells the customer that the payment was declined. */
export const tellOfDecline = (mailer: Mailer) =>
  handler(PaymentDeclined, (order, context) => notify(mailer, declineNotice(order), context))
