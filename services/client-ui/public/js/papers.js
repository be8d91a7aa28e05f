import { byId, element, say } from './dom.js'
import { clock, described, lasting, money } from './words.js'

/** What was ordered: each line, and the total once sales has priced it; and under which id it was traced, if it was. */
export function drawLines({ customerId, lines, currency, totalCents, traceId = null }) {
  say(byId('trace'), traceId === null ? '' : `Trace ${traceId}`)
  say(byId('customer'), customerId === null ? '' : `By ${customerId}`)
  const shown = JSON.stringify([lines, totalCents])
  if (byId('lines').dataset.shown === shown) return
  byId('lines').dataset.shown = shown
  const line = (what, cents) =>
    element('li', {}, element('span', {}, what), element('span', { class: 'num' }, money(cents, currency)))
  const ordered = lines.map(({ name, quantity, unitCents }) => line(`${quantity} × ${name}`, quantity * unitCents))
  const total = totalCents === null ? [] : [line('Total', totalCents)]
  byId('lines').replaceChildren(...ordered, ...total)
}

const drawn = new Map()

/** What happened, in the order of time. @param after how long after its beginning a moment was, in milliseconds */
export function drawLog({ acceptedAt, history }, after) {
  const accepted = acceptedAt === null ? [] : [{ key: 'accepted', make: () => acceptedLine(new Date(acceptedAt)) }]
  const nth = (event, place) => history.slice(0, place).filter(({ type }) => type === event.type).length
  const events = history.map((event, place) => ({
    key: `${event.type} ${event.at} ${nth(event, place)}`,
    make: () => eventLine(event, after(event.at)),
  }))
  for (const [at, { key, make }] of [...accepted, ...events].entries()) {
    if (!drawn.has(key)) drawn.set(key, make())
    // An event may arrive after a later one: it is put where it belongs.
    const line = drawn.get(key)
    if (byId('log').children[at] !== line) byId('log').insertBefore(line, byId('log').children[at] ?? null)
  }
  while (byId('log').children.length > accepted.length + events.length) byId('log').lastChild.remove()
}

function eventLine(event, ms) {
  const { by, what } = described(event)
  return logLine(`+${lasting(ms)}`, clock(new Date(event.at)), by, what, event.type)
}

function acceptedLine(acceptedAt) {
  const time = clock(acceptedAt)
  return logLine(time.slice(0, 8), time, 'shop', 'accepted the order and handed it over', 'PlaceOrder')
}

const logLine = (when, exact, by, what, type) =>
  element(
    'li',
    { class: 'fresh' },
    element('span', { class: 'when num', title: exact }, when),
    element('span', { class: 'by' }, by),
    element('span', { class: 'what' }, what),
    element('code', {}, type),
  )
