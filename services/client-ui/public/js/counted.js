import { element } from './dom.js'
import { plural } from './words.js'

/**
 * What was counted, and by whom: the shop's own events for these orders, and the gateway for all that it ever charged.
 * @param counts what the gateway says; null when it says nothing
 * @returns the parts of a sentence, with links to the witnesses
 */
export function countedParts(orders, counts) {
  const times = (type) => orders.flatMap(({ history }) => history.filter((event) => event.type === type)).length
  const own = `Billed ${times('OrderBilled')}, declined ${times('PaymentDeclined')}, mails ${times('CustomerNotified')} (`
  const gateway =
    counts === null
      ? 'The payment gateway does not say what it has counted ('
      : `Charged twice: ${counts.ordersChargedTwice} of ${plural(counts.charges, 'charge')}, says the payment gateway (`
  return [own, link('/mails', 'mailbox'), '). ', gateway, link('/gateway', 'its page'), ').']
}

const link = (href, text) => element('a', { href }, text)
