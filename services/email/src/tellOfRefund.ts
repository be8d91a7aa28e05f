import { OrderRefunded } from '@petrel/contracts'
import { handler } from '@petrel/messaging'
import { refundNotice } from './letters.ts'
import type { Mailer } from './mailer.ts'
import { notify } from './notify.ts'

/** Email tells the customer that the money is on its way back. */
export const tellOfRefund = (mailer: Mailer) =>
  handler(OrderRefunded, (order, context) => notify(mailer, refundNotice(order), context))
