import { PaymentCancelled } from '@petrel/contracts'
import { handler } from '@petrel/messaging'
import { cancellationNotice } from './letters.ts'
import type { Mailer } from './mailer.ts'
import { notify } from './notify.ts'

/** Email tells the customer that the order was cancelled before anything was charged. */
export const tellOfCancellation = (mailer: Mailer) =>
  handler(PaymentCancelled, (order, context) => notify(mailer, cancellationNotice(order), context))
