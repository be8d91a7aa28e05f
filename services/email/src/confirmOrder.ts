import { OrderBilled } from '@petrel/contracts'
import { handler } from '@petrel/messaging'
import { confirmation } from './letters.ts'
import type { Mailer } from './mailer.ts'
import { notify } from './notify.ts'

/** Email confirms an order when it is billed. */
export const confirmOrder = (mailer: Mailer) =>
  handler(OrderBilled, (order, context) => notify(mailer, confirmation(order), context))
