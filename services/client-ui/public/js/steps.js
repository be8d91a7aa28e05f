/** How long a step may take before the page says whom it waits for. */
const patienceMs = 1_500
/** An order that is not on its way by then is late. */
const lateMs = 30_000
/** A service that has answered an order accepted so much later has had time for all its retries of this one. */
const retriesMs = 20_000

const services = { placed: 'sales', billed: 'billing', reserved: 'stock', shipped: 'shipping' }

/**
 * What to show of an order: a pure function of its history (in any order of arrival) and of what else is known.
 * A step is `done`, `now`, `late`, `stuck` (its service goes on without it), `failed`, `undone` (it was, and was taken back),
 * `skipped` or `idle`.
 * @param more.now what time it is where the history comes from, in milliseconds; left out, nothing is late
 * @param more.answered service → when the order was accepted that it answered last
 */
export function stepsOf({ history, acceptedAt = null }, { now, answered = {} } = {}) {
  const times = [acceptedAt ?? [], history.map(({ at }) => at)].flat().map((at) => Date.parse(at))
  const quietMs = now === undefined ? 0 : now - Math.max(...times)
  const ageMs = now === undefined ? 0 : now - Math.min(...times)
  const events = new Map()
  for (const event of history) if (!events.has(event.type)) events.set(event.type, event)
  const has = (type) => events.has(type)
  const neverPlaced = events.get('OrderCancelled')?.detail?.wasPlaced === false
  const stopped =
    ['PaymentDeclined', 'PaymentCancelled', 'StockReservationRejected', 'OrderRefunded'].some(has) ||
    (has('OrderCancelled') && !has('OrderShipped'))
  // What was done for an order that will not be shipped is still to be taken back.
  const takenBack = stopped && !has('OrderShipped')
  const steps = [
    { key: 'accepted', label: 'Accepted', state: 'done', at: acceptedAt ?? undefined },
    { key: 'placed', label: 'Placed', ...(neverPlaced ? skipped('cancelled first') : placed(events)) },
    { key: 'billed', label: 'Billed', ...(neverPlaced ? skipped() : billed(events, takenBack)) },
    { key: 'reserved', label: 'Reserved', ...(neverPlaced ? skipped() : reserved(events, takenBack)) },
    { key: 'shipped', label: 'Shipped', ...shipped(events, stopped) },
    { key: 'notified', label: 'Mailed, points', ...(neverPlaced ? skipped() : customerNotified(events)) },
  ]
  const waitingFor = quietMs < patienceMs ? [] : steps.filter(({ state }) => state === 'now').flatMap(whom)
  const isLate = ageMs >= lateMs && steps.some(({ state }) => state === 'now')
  const wentOn = (service) => acceptedAt !== null && Date.parse(answered[service]) - Date.parse(acceptedAt) > retriesMs
  const stuckIn = isLate ? waitingFor.filter(wentOn) : []
  for (const step of steps)
    if (step.state === 'now' && waitingFor.length > 0)
      step.state = whom(step).some((name) => stuckIn.includes(name)) ? 'stuck' : 'late'
  return {
    steps,
    waitingFor,
    stuckIn,
    isLate,
    stopped,
    settled: steps.every(({ state }) => ['done', 'failed', 'undone', 'skipped'].includes(state)),
  }
}

const whom = ({ key, missing }) => missing ?? [services[key]]

const done = (event, note) => ({ state: 'done', at: event?.at, note })
const skipped = (note) => ({ state: 'skipped', note })

function placed(events) {
  const event = events.get('OrderPlaced')
  // What follows a placement may come before it.
  return event !== undefined || events.size > 0 ? done(event) : { state: 'now' }
}

function billed(events, takenBack) {
  const refund = events.get('OrderRefunded')
  const declined = events.get('PaymentDeclined')
  if (refund !== undefined) return { state: 'undone', at: refund.at, note: 'refunded' }
  if (declined !== undefined) return { state: 'failed', at: declined.at, note: 'declined' }
  if (events.has('PaymentCancelled')) return { ...skipped('not charged'), at: events.get('PaymentCancelled').at }
  if (!events.has('OrderBilled')) return { state: events.size > 0 ? 'now' : 'idle' }
  return takenBack ? { state: 'now', note: 'refund follows' } : done(events.get('OrderBilled'))
}

function reserved(events, takenBack) {
  const rejected = events.get('StockReservationRejected')
  const released = events.get('StockReleased')
  if (rejected !== undefined) return { state: 'failed', at: rejected.at, note: 'sold out' }
  if (released !== undefined) return { state: 'undone', at: released.at, note: 'put back' }
  if (!events.has('StockReserved')) return { state: events.size > 0 ? 'now' : 'idle' }
  return takenBack ? { state: 'now', note: 'goes back' } : done(events.get('StockReserved'))
}

function shipped(events, stopped) {
  const event = events.get('OrderShipped')
  if (event !== undefined) return done(event)
  if (stopped) return skipped()
  return { state: events.has('OrderBilled') && events.has('StockReserved') ? 'now' : 'idle' }
}

/** Every order is charged, declined or cancelled in the end, and then the customer gets a mail, also when it was stopped. */
function customerNotified(events) {
  const mail = events.get('CustomerNotified')
  const points = events.get('PointsRevoked') ?? events.get('PointsAwarded')
  const pointsDue = events.has('OrderBilled') || events.has('OrderRefunded')
  const nothingPaid = events.has('PaymentDeclined') || events.has('PaymentCancelled')
  if (mail !== undefined && points !== undefined) return done(mail.at > points.at ? mail : points, pointsNote(points))
  if (mail !== undefined && nothingPaid) return done(mail, 'no points')
  if (!pointsDue && !nothingPaid) return { state: 'idle' }
  const missing = [...(mail === undefined ? ['email'] : []), ...(points === undefined && pointsDue ? ['loyalty'] : [])]
  return { state: 'now', missing, note: mail !== undefined ? 'mailed' : points !== undefined ? pointsNote(points) : undefined }
}

function pointsNote({ type, detail }) {
  if (detail?.points === undefined) return undefined
  return `${type === 'PointsRevoked' ? '−' : '+'}${detail.points} points`
}

/** The one word beside an order, with the kind of its sign. What its customer wished and got is nothing red. */
export function verdict({ waitingFor, stuckIn, isLate, settled }, status) {
  if (status === 'cancelled') return { kind: '', sign: '–', text: 'cancelled' }
  if (status === 'declined') return { kind: 'fail', sign: '✕', text: 'payment declined' }
  if (status === 'refunded') return { kind: 'fail', sign: '↩', text: 'refunded' }
  if (status === 'rejected') return { kind: 'fail', sign: '✕', text: 'sold out' }
  if (stuckIn.length > 0) return { kind: 'fail', sign: '!', text: `stuck in ${stuckIn.join(' and ')}` }
  if (settled) return { kind: 'ok', sign: '✓', text: 'done' }
  if (status === 'delayed' || (isLate && status !== 'shipped')) return { kind: 'wait', sign: '!', text: 'delayed' }
  if (waitingFor.length > 0) return { kind: 'wait', sign: '…', text: `waiting for ${waitingFor.join(' and ')}` }
  return { kind: '', sign: '', text: status === 'shipped' ? 'shipped' : 'on its way' }
}

/** Whether somebody has to look: nothing happens by itself any more, or not soon. */
export const needsPerson = (view, status) =>
  !view.settled &&
  status !== 'cancelled' &&
  (view.stuckIn.length > 0 || status === 'delayed' || (view.isLate && status !== 'shipped'))
