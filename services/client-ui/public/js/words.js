/** @returns an amount in minor units as people write it, `€3.50`. */
export function money(cents, currency) {
  const format = new Intl.NumberFormat('en-IE', { style: 'currency', currency: currency || 'EUR' })
  // How many minor units make one is the currency's own business.
  return format.format(cents / 10 ** format.resolvedOptions().maximumFractionDigits)
}

/** @returns a length of time: `38 ms`, `1.20 s`, `2 min 5 s`. */
export function lasting(ms) {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < 10_000) return `${(ms / 1000).toFixed(2)} s`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)} s`
  return `${Math.floor(ms / 3_600_000)} h ${Math.floor((ms % 3_600_000) / 60_000)} min`
}

/** @returns how long ago, roughly: `now`, `12 s`, `5 min`, `3 h`, `2 d`. */
export function ago(ms) {
  if (ms < 2_000) return 'now'
  if (ms < 60_000) return `${Math.floor(ms / 1000)} s`
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min`
  if (ms < 86_400_000) return `${Math.floor(ms / 3_600_000)} h`
  return `${Math.floor(ms / 86_400_000)} d`
}

/** All pages and the terminal show one time zone, UTC. @returns `14:02:07.120 UTC` */
export const clock = (date) => `${date.toISOString().slice(11, 23)} UTC`

/** @returns `2026-03-01 14:02:07 UTC` */
export const dayAndTime = (date) => `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`

/** The random end of an id: the beginning of many is the time, which they share. */
export const shortId = (id) => (id.length > 8 ? id.slice(-8) : id)

export const list = (words) => new Intl.ListFormat('en-GB').format(words)

export const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`

const about = {
  BILLED: 'the bill',
  DECLINED: 'the declined payment',
  REFUNDED: 'the refund',
  CANCELLED: 'the cancelled order',
}

/** What each event means: who published it, and the sentence for the customer. */
const events = {
  OrderPlaced: ['sales', () => 'took the order on and priced it'],
  OrderCancelled: [
    'sales',
    ({ wasPlaced = true }) => (wasPlaced ? 'cancelled the order' : 'cancelled the order before it was placed'),
  ],
  OrderBilled: ['billing', ({ amountCents, currency }) => `charged the card${amount(amountCents, currency)}`],
  PaymentDeclined: ['billing', ({ reason }) => `was declined by the bank${because(reason)}; nothing was charged`],
  PaymentCancelled: ['billing', () => 'charged nothing, since the order was cancelled first'],
  OrderRefunded: [
    'billing',
    ({ amountCents, currency, reason }) => `gave the money back${amount(amountCents, currency)}${because(reason)}`,
  ],
  StockReserved: ['stock', () => 'put the goods aside'],
  StockReservationRejected: ['stock', ({ reason }) => (reason ? `could not reserve: ${reason}` : 'has not enough')],
  StockReleased: ['stock', ({ reason }) => `put the goods back on the shelf${because(reason)}`],
  OrderShipped: [
    'shipping',
    ({ trackingCode }) => `handed the parcel over${trackingCode ? `, tracking code ${trackingCode}` : ''}`,
  ],
  ShipmentDelayed: [
    'shipping',
    ({ waitingFor = [] }) =>
      `raised an alarm: the order is late${waitingFor.length > 0 ? `, waiting for ${list(waitingFor)}` : ''}`,
  ],
  CustomerNotified: ['email', (detail) => `wrote to the customer${about[detail.about] ? ` about ${about[detail.about]}` : ''}`],
  PointsAwarded: ['loyalty', ({ points }) => `awarded ${points === undefined ? 'points' : plural(points, 'point')}`],
  PointsRevoked: ['loyalty', ({ points }) => `took back ${points === undefined ? 'points' : plural(points, 'point')}`],
}

const amount = (cents, currency) => (cents === undefined ? '' : `, ${money(cents, currency)}`)
const because = (reason) => (reason ? ` (${reason.replace(/\.$/, '')})` : '')

/** @returns who did it and what it was, in words. */
export function described({ type, detail }) {
  const [by, sentence] = events[type] ?? ['', () => type]
  return { by, what: sentence(detail ?? {}) }
}
