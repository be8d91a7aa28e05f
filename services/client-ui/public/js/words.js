/** @returns an amount in minor units as people write it, `€3.50`. */
export const money = (cents, currency = 'EUR') =>
  new Intl.NumberFormat('en-IE', { style: 'currency', currency }).format(cents / 100)

/** @returns a length of time: `38 ms`, `1.20 s`, `2 min 5 s`. */
export function lasting(ms) {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < 10_000) return `${(ms / 1000).toFixed(2)} s`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)} s`
  return `${Math.floor(ms / 3_600_000)} h ${Math.floor((ms % 3_600_000) / 60_000)} min`
}

/** @returns `14:02:07.120` */
export const clock = (date) => `${date.toLocaleTimeString('en-GB')}.${String(date.getMilliseconds()).padStart(3, '0')}`

export const shortId = (id) => (id.length > 8 ? id.slice(-8) : id)

export const list = (words) => new Intl.ListFormat('en-GB').format(words)

export const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`

const about = { BILLED: 'the bill', DECLINED: 'the declined payment', REFUNDED: 'the refund' }

/** What each event means: who said it, and the sentence for the customer. */
const events = {
  OrderPlaced: ['sales', () => 'took the order and priced it'],
  OrderCancelled: ['sales', () => 'cancelled the order'],
  OrderBilled: ['billing', ({ amountCents, currency }) => `charged the card${amount(amountCents, currency)}`],
  PaymentDeclined: ['billing', ({ reason }) => `was declined by the bank${because(reason)}; nothing was charged`],
  OrderRefunded: [
    'billing',
    ({ amountCents, currency, reason }) => `gave the money back${amount(amountCents, currency)}${because(reason)}`,
  ],
  StockReserved: ['stock', () => 'put the goods aside'],
  StockReservationRejected: [
    'stock',
    ({ missingSkus = [] }) => `has not enough${missingSkus.length > 0 ? ` of ${list(missingSkus)}` : ''}`,
  ],
  StockReleased: ['stock', ({ reason }) => `put the goods back on the shelf${because(reason)}`],
  OrderShipped: [
    'shipping',
    ({ trackingCode }) => `handed the parcel over${trackingCode ? `, tracking code ${trackingCode}` : ''}`,
  ],
  ShipmentDelayed: [
    'shipping',
    ({ waitingFor = [] }) => `is late${waitingFor.length > 0 ? `, waiting for ${list(waitingFor)}` : ''}`,
  ],
  CustomerNotified: ['email', (detail) => `wrote to the customer${about[detail.about] ? ` about ${about[detail.about]}` : ''}`],
  PointsAwarded: ['loyalty', ({ points }) => `awarded ${points === undefined ? 'points' : plural(points, 'point')}`],
  PointsRevoked: ['loyalty', ({ points }) => `took back ${points === undefined ? 'points' : plural(points, 'point')}`],
}

const amount = (cents, currency) => (cents === undefined ? '' : `, ${money(cents, currency)}`)
const because = (reason) => (reason ? ` (${reason})` : '')

/** @returns who did it and what it was, in words. */
export function told({ type, detail }) {
  const [by, sentence] = events[type] ?? ['', () => type]
  return { by, what: sentence(detail ?? {}) }
}
