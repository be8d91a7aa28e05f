import { CustomerNotified } from '@petrel/contracts'
import { type Endpoint, endpoint } from '@petrel/messaging'
import { confirmOrder } from './confirmOrder.ts'
import { mailsSent } from './counters.ts'
import { connections, type Mailer } from './mailer.ts'
import { tellOfCancellation } from './tellOfCancellation.ts'
import { tellOfDecline } from './tellOfDecline.ts'
import { tellOfRefund } from './tellOfRefund.ts'

/** Email, sending its letters in the given way. */
export const emailThrough = (mailer: Mailer): Endpoint =>
  endpoint({
    name: 'email',
    handlers: [confirmOrder(mailer), tellOfDecline(mailer), tellOfRefund(mailer), tellOfCancellation(mailer)],
    produces: [CustomerNotified],
    counters: [mailsSent],
    // More would only stand in line for a connection, where their time runs: here it does not.
    concurrency: connections,
  })

const noMailer = (): never => {
  throw new Error('This is email as data, without a mail server. To run it, start src/main.ts.')
}

/** Email as data, from which topics, groups and documents are derived. */
export const email = emailThrough({ send: noMailer })
