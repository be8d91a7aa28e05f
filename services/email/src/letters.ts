import type { NotificationSubject, OrderBilled, OrderRefunded, PaymentCancelled, PaymentDeclined } from '@petrel/contracts'

/** A mail to a customer, as a value. */
export interface Letter {
  readonly orderId: string
  readonly about: NotificationSubject
  /** Message-ID (RFC 5322, 3.6.4). The same for every copy, so that a mailbox and a reader can tell a copy from a second mail. */
  readonly mailId: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

export const confirmation = (order: OrderBilled): Letter =>
  letter(order, 'BILLED', 'Thank you for your order', [
    `We charged ${money(order)} to your card; the charge is ${order.chargeId}.`,
    'Your order is being packed now and will be on its way shortly.',
  ])

export const declineNotice = (order: PaymentDeclined): Letter =>
  letter(order, 'DECLINED', 'Your payment was declined', [
    `Your bank declined the payment of ${money(order)}: ${order.reason}`,
    'Nothing was charged and nothing will be shipped. You are welcome to order again with another card.',
  ])

export const refundNotice = (order: OrderRefunded): Letter =>
  letter(order, 'REFUNDED', 'Your money is on its way back', [
    `We gave back ${money(order)}; the refund is ${order.refundId}.`,
    `The reason: ${order.reason}`,
    'We are sorry that it did not work out this time.',
  ])

export const cancellationNotice = (order: PaymentCancelled): Letter =>
  letter(order, 'CANCELLED', 'Your order is cancelled', [
    `As you wished, we cancelled your order. Nothing of ${money(order)} was charged, and nothing will be shipped.`,
  ])

type Order = Pick<OrderBilled, 'orderId' | 'email' | 'amountCents' | 'currency'>

function letter({ orderId, email }: Order, about: NotificationSubject, headline: string, paragraphs: readonly string[]): Letter {
  const subject = `${headline} (order ${shortId(orderId)})`
  const text = ['Hello,', ...paragraphs, `Petrel Tea\nOrder ${orderId}`].join('\n\n') + '\n'
  const body = paragraphs.map((paragraph) => `<p>${escaped(paragraph)}</p>`).join('')
  const html = `<div style="${look}"><h1 style="font-size: 22px">${escaped(headline)}</h1><p>Hello,</p>${body}<p>Petrel Tea</p><p><small>Order ${escaped(orderId)}</small></p></div>`
  return { orderId, about, mailId: `<${orderId}.${about.toLowerCase()}@petrel.example>`, to: email, subject, text, html }
}

/** Mail programs take styles only where they stand. */
const look = 'font: 16px/1.5 system-ui, sans-serif; color: #0f212c; max-width: 36em; padding: 8px 16px'

/** As the shop's pages name it: the random end of the id; the whole id is in the letter. */
const shortId = (orderId: string): string => orderId.slice(-8)

/** For example €16.90. */
const money = ({ amountCents, currency }: Order): string => (formats.get(currency) ?? formatOf(currency))(amountCents)

/** Kept: making one takes longer than all the rest of a letter. */
const formats = new Map<string, (minorUnits: number) => string>()

/** How many minor units make one is the currency's own business. */
function formatOf(currency: string): (minorUnits: number) => string {
  const written = new Intl.NumberFormat('en', { style: 'currency', currency })
  const one = 10 ** (written.resolvedOptions().maximumFractionDigits ?? 2)
  const format = (minorUnits: number) => written.format(minorUnits / one)
  formats.set(currency, format)
  return format
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
