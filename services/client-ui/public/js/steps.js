/** How long a step may take before the page says whom it waits for. */
export const patienceMs = 1_500

const services = { placed: 'sales', billed: 'billing', reserved: 'stock', shipped: 'shipping' }

/**
 * What to show of an order: a pure function of what was heard (in any order of arrival) and of how long nothing new came.
 * A step is `done`, `now`, `late`, `failed`, `undone` (it was, and was taken back), `skipped` or `idle`.
 */
export function stepsOf(history, quietMs = 0) {
  const heard = new Map()
  for (const entry of history) if (!heard.has(entry.type)) heard.set(entry.type, entry)
  const has = (type) => heard.has(type)
  const stopped =
    has('PaymentDeclined') ||
    has('StockReservationRejected') ||
    has('OrderRefunded') ||
    (has('OrderCancelled') && !has('OrderShipped'))
  // What was done for an order that will not be shipped is still to be taken back.
  const takenBack = stopped && !has('OrderShipped')
  const steps = [
    { key: 'accepted', label: 'Accepted', state: 'done' },
    { key: 'placed', label: 'Placed', ...placed(heard) },
    { key: 'billed', label: 'Billed', ...billed(heard, takenBack) },
    { key: 'reserved', label: 'Reserved', ...reserved(heard, takenBack) },
    { key: 'shipped', label: 'Shipped', ...shipped(heard, stopped) },
    { key: 'told', label: 'Mailed, points', ...customerTold(heard) },
  ]
  const waitingFor = quietMs < patienceMs ? [] : steps.filter(({ state }) => state === 'now').flatMap(whom)
  for (const step of steps) if (step.state === 'now' && waitingFor.length > 0) step.state = 'late'
  return {
    steps,
    waitingFor,
    stopped,
    settled: steps.every(({ state }) => state !== 'now' && state !== 'late' && state !== 'idle'),
  }
}

const whom = ({ key, missing }) => missing ?? [services[key]]

const done = (entry, note) => ({ state: 'done', at: entry?.at, note })

function placed(heard) {
  const entry = heard.get('OrderPlaced')
  // What follows a placement may be heard before it.
  return entry !== undefined || heard.size > 0 ? done(entry) : { state: 'now' }
}

function billed(heard, takenBack) {
  const refund = heard.get('OrderRefunded')
  const declined = heard.get('PaymentDeclined')
  if (refund !== undefined) return { state: 'undone', at: refund.at, note: 'refunded' }
  if (declined !== undefined) return { state: 'failed', at: declined.at, note: 'declined' }
  if (!heard.has('OrderBilled')) return { state: heard.size > 0 ? 'now' : 'idle' }
  return takenBack ? { state: 'now', note: 'refund follows' } : done(heard.get('OrderBilled'))
}

function reserved(heard, takenBack) {
  const rejected = heard.get('StockReservationRejected')
  const released = heard.get('StockReleased')
  if (rejected !== undefined) return { state: 'failed', at: rejected.at, note: 'sold out' }
  if (released !== undefined) return { state: 'undone', at: released.at, note: 'put back' }
  if (!heard.has('StockReserved')) return { state: heard.size > 0 ? 'now' : 'idle' }
  return takenBack ? { state: 'now', note: 'goes back' } : done(heard.get('StockReserved'))
}

function shipped(heard, stopped) {
  const entry = heard.get('OrderShipped')
  if (entry !== undefined) return done(entry)
  if (stopped) return { state: 'skipped' }
  return { state: heard.has('OrderBilled') && heard.has('StockReserved') ? 'now' : 'idle' }
}

/** Every order is billed or declined in the end, and then the customer is told, also when it was stopped. */
function customerTold(heard) {
  const mail = heard.get('CustomerNotified')
  const points = heard.get('PointsRevoked') ?? heard.get('PointsAwarded')
  const pointsDue = heard.has('OrderBilled') || heard.has('OrderRefunded')
  if (mail !== undefined && points !== undefined) return done(mail.at > points.at ? mail : points, pointsNote(points))
  if (mail !== undefined && heard.has('PaymentDeclined')) return done(mail, 'no points')
  if (!pointsDue && !heard.has('PaymentDeclined')) return { state: 'idle' }
  const missing = [...(mail === undefined ? ['email'] : []), ...(points === undefined && pointsDue ? ['loyalty'] : [])]
  return { state: 'now', missing, note: mail !== undefined ? 'mailed' : points !== undefined ? pointsNote(points) : undefined }
}

function pointsNote({ type, detail }) {
  if (detail?.points === undefined) return undefined
  return `${type === 'PointsRevoked' ? '−' : '+'}${detail.points} points`
}

/** The one word beside an order, with the kind of its sign. */
export function verdict({ waitingFor, settled }, status) {
  if (status === 'declined') return { kind: 'fail', sign: '✕', text: 'payment declined' }
  if (status === 'refunded') return { kind: 'fail', sign: '↩', text: 'refunded' }
  if (status === 'rejected') return { kind: 'fail', sign: '✕', text: 'sold out' }
  if (status === 'cancelled') return { kind: '', sign: '–', text: 'cancelled' }
  if (status === 'delayed') return { kind: 'wait', sign: '!', text: 'delayed' }
  if (settled) return { kind: 'ok', sign: '✓', text: 'done' }
  if (waitingFor.length > 0) return { kind: 'wait', sign: '…', text: `waiting for ${waitingFor.join(' and ')}` }
  return { kind: '', sign: '', text: status === 'shipped' ? 'shipped' : 'on its way' }
}
