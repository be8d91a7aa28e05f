import { byId, element, say } from './dom.js'
import { stateWords } from './marks.js'
import { needsPerson, verdict } from './steps.js'
import { ago, dayAndTime, money, shortId } from './words.js'

const mostRows = 100

const rows = new Map()
const groups = {
  person: element('li', { class: 'group' }),
  newest: element('li', { class: 'group' }),
}

/** Draws the latest orders, a row each: first those that need a person, then the newest. */
export function drawRows(orders, now) {
  const newestFirst = [...orders].toSorted((one, other) => acceptedAt(other) - acceptedAt(one))
  const person = newestFirst.filter(({ view, status }) => needsPerson(view, status))
  const others = newestFirst.filter((order) => !person.includes(order)).slice(0, mostRows)
  say(groups.person, `Need a person: ${person.length}`)
  say(groups.newest, person.length === 0 ? 'Newest first' : 'All others, newest first')
  const items = [
    ...(person.length > 0 ? [groups.person] : []),
    ...person.map((order) => drawRow(order, now)),
    ...(others.length > 0 ? [groups.newest] : []),
    ...others.map((order) => drawRow(order, now)),
  ]
  arrange(items)
}

const acceptedAt = ({ acceptedAt, history }) => Date.parse(acceptedAt ?? history[0]?.at)

/** Puts each item in its place and moves no other: a row that has the focus keeps it. */
function arrange(items) {
  const list = byId('orders')
  const wanted = new Set(items)
  for (const child of [...list.children]) if (!wanted.has(child)) child.remove()
  let at = list.firstChild
  for (const item of items) {
    if (item === at) at = at.nextSibling
    else if (item.nextSibling === at && at !== null) continue
    else list.insertBefore(item, at)
  }
}

function makeRow({ orderId }) {
  const pill = element('span', { class: 'pill' })
  const name = element('span', { class: 'name' }, shortId(orderId))
  const who = element('span', { class: 'who' })
  const cents = element('span', { class: 'num cents' })
  const bars = element('span', { class: 'bars', 'aria-hidden': 'true' }, ...Array.from({ length: 6 }, () => element('i')))
  const age = element('span', { class: 'num age' })
  const link = element('a', { class: 'row', href: `/orders/${orderId}` }, pill, name, who, cents, bars, age)
  const row = { item: element('li', {}, link), link, pill, who, cents, bars: [...bars.children], age }
  rows.set(orderId, row)
  return row
}

function drawRow(order, now) {
  const row = rows.get(order.orderId) ?? makeRow(order)
  const { kind, text } = verdict(order.view, order.status)
  const accepted = new Date(acceptedAt(order))
  row.pill.className = `pill ${kind}`
  say(row.pill, text)
  say(row.who, order.customerId ?? '')
  say(row.cents, order.totalCents === null ? 'not priced' : money(order.totalCents, order.currency))
  for (const [at, bar] of row.bars.entries()) bar.className = order.view.steps[at].state
  say(row.age, ago(now - accepted))
  row.age.title = dayAndTime(accepted)
  row.link.title = order.view.steps.map(({ label, state }) => `${label} ${stateWords[state]}`).join(', ')
  return row.item
}
