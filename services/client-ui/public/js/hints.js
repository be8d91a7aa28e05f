import { list } from './words.js'

const are = (names) => (names.length > 1 ? 'are' : 'is')
const have = (names) => (names.length > 1 ? 'have' : 'has')

/**
 * The sentence under an order's steps: how far it is, and what can be done. It claims no more than is known: a page cannot
 * see whether a service is away or has failed this order, only that it answers others.
 */
export function hintOf(order, view, { connected, cancelling, isUnread }) {
  if (!connected)
    return wait('The connection to the shop is lost. The order goes on without this page; the page connects again by itself.')
  if (isUnread)
    return wait(
      'What happened since cannot be read at the moment. The order goes on all the same; the page looks again by itself.',
    )
  const ended = endings[order.status]?.(order, view)
  if (ended !== undefined) return ended
  if (cancelling)
    return plain('The wish to cancel was handed over. If the parcel has not left, the order is cancelled in a moment.')
  if (view.stuckIn.length > 0) return fail(stuck(view.stuckIn))
  if (view.isLate && view.waitingFor.length > 0) return wait(late(view.waitingFor))
  if (view.waitingFor.length > 0)
    return wait(`Waiting for ${list(view.waitingFor)}. Nothing is lost: the order is kept until it is answered.`)
  if (view.settled) return ok('Everything is done. Every service did its part on its own.')
  return plain('You have your answer; the rest happens behind the counter.')
}

const plain = (text) => ({ kind: '', text })
const wait = (text) => ({ kind: 'wait', text })
const fail = (text) => ({ kind: 'fail', text })
const ok = (text) => ({ kind: 'ok', text })

const late = (services) => {
  const names = list(services)
  return (
    `This order is late: ${names} ${have(services)} not answered it within 30 seconds. It is kept. If ${names} ${are(services)} away, it goes on by itself ` +
    `afterwards; if it has failed there, it waits for a person (npx petrel failures).`
  )
}

const stuck = (services) =>
  `${capital(list(services))} ${have(services)} answered orders that came much later, and not this one: it has failed there, most likely, and waits for a person. Look: npx petrel failures ${services[0]}`

const capital = (text) => text[0].toUpperCase() + text.slice(1)

const detailOf = ({ history }, type) => history.find((event) => event.type === type)?.detail ?? {}

/** For those that will not be shipped; what is still to be taken back follows by itself. */
const endings = {
  cancelled(order, view) {
    if (detailOf(order, 'OrderCancelled').wasPlaced === false)
      return plain('The order was cancelled before it was placed: nothing was charged.')
    const types = order.history.map(({ type }) => type)
    if (types.includes('PaymentCancelled')) return plain('The order was cancelled in time: nothing was charged.')
    if (types.includes('OrderRefunded')) return plain('The order was cancelled, and the money was given back.')
    return plain(
      `The order was cancelled. ${view.settled ? '' : 'If something is charged for it all the same, it is given back by itself.'}`,
    )
  },
  declined: () =>
    fail(
      'The bank declined the payment: nothing was charged, and what was put aside goes back on the shelf. Order again with another card.',
    ),
  rejected: (order) =>
    fail(
      `${detailOf(order, 'StockReservationRejected').reason ?? 'There is not enough in stock.'} What is charged for it is given back by itself.`,
    ),
  refunded: (order) => fail(`${detailOf(order, 'OrderRefunded').reason ?? ''} The money was given back.`.trim()),
}
