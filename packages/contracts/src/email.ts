// Generated from schemas/, do not edit: change the schema, then run `npm run contracts`.
import { event } from '@petrel/messaging'

/** A mail to the customer was handed to the mail server. */
export interface CustomerNotified {
  /** Which order; chosen once, when the order was placed (a UUID). */
  readonly orderId: string
  /** What the mail says. */
  readonly about: NotificationSubject
  /** The Message-ID of the mail (RFC 5322). */
  readonly mailId: string
}
export const CustomerNotified = event<CustomerNotified>({
  fullName: 'email.CustomerNotified',
  owner: 'email',
  topic: 'email.customer-notified',
  key: 'orderId',
  schema: {
    "type": "record",
    "namespace": "email",
    "name": "CustomerNotified",
    "doc": "A mail to the customer was handed to the mail server.",
    "kind": "event",
    "key": "orderId",
    "fields": [
      { "name": "orderId", "doc": "Which order; chosen once, when the order was placed (a UUID).", "type": "string" },
      {
        "name": "about",
        "doc": "What the mail says.",
        "type": {
          "type": "enum",
          "name": "NotificationSubject",
          "doc": "What a mail tells the customer. A reader that does not know a newer subject sees UNKNOWN.",
          "symbols": ["BILLED", "DECLINED", "REFUNDED", "CANCELLED", "UNKNOWN"],
          "default": "UNKNOWN",
        },
      },
      { "name": "mailId", "doc": "The Message-ID of the mail (RFC 5322).", "type": "string" },
    ],
  },
})

/** What a mail tells the customer. A reader that does not know a newer subject sees UNKNOWN. */
export type NotificationSubject = 'BILLED' | 'DECLINED' | 'REFUNDED' | 'CANCELLED' | 'UNKNOWN'
