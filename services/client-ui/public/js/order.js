import { cancelOrder, freshKey } from './api.js'
import { byId, calmly, element, say, showTrouble } from './dom.js'
import { listen } from './live.js'
import { mark, stateWords } from './marks.js'
import { recall } from './memory.js'
import { stepsOf, verdict } from './steps.js'
import { clock, lasting, list, money, shortId, told } from './words.js'

const orderId = decodeURIComponent(location.pathname.split('/').at(-1))
// What the tab that placed the order knows; an order opened by its address counts from its first event.
const placed = recall(`order.${orderId}`, undefined)
const clockAhead = placed?.acceptedAt ? Date.parse(placed.acceptedAt) - placed.receivedAt : 0

let history = []
let status = 'accepted'
let totalCents = placed?.totalCents ?? null
let lastNews = Date.now()
let connected = true
let cancelling = false

const begin = () => (placed?.acceptedAt ? Date.parse(placed.acceptedAt) : Date.parse(history[0]?.at))
const after = (at) => Date.parse(at) - begin()

// ---- steps

const rows = new Map()

function stepRow(key, label) {
  const sign = element('span', { class: 'mark' })
  const note = element('small', { class: 'num' })
  const extra = element('small')
  const word = element('span', { class: 'hidden-title' })
  const item = element('li', {}, sign, label, word, note, extra)
  byId('way').append(item)
  const row = { item, sign, note, extra, word, state: undefined }
  rows.set(key, row)
  return row
}

function drawStep({ key, label, state, at, note }) {
  const row = rows.get(key) ?? stepRow(key, label)
  if (row.state !== state) {
    row.item.className = state
    row.sign.replaceChildren(mark(state))
    if (row.state !== undefined) row.sign.classList.add('fresh')
    say(row.word, `: ${stateWords[state]}`)
    row.state = state
  }
  const times = { accepted: acceptedText(), late: 'waiting', now: '…' }
  say(row.note, times[key] ?? (at === undefined ? (times[state] ?? '') : `+${lasting(after(at))}`))
  if (at !== undefined) row.note.title = new Date(at).toLocaleString()
  say(row.extra, note ?? '')
}

const acceptedText = () => (Number.isNaN(begin()) ? '' : clock(new Date(begin())))

// ---- the rest

function drawHead(view) {
  const { kind, text } = verdict(view, status)
  byId('pill').className = `pill ${kind}`
  say(byId('pill'), text)
  say(
    byId('total'),
    totalCents === null ? '' : money(totalCents, history.find(({ detail }) => detail?.currency)?.detail.currency),
  )
  document.title = `${text} · order ${shortId(orderId)} · Petrel Tea`
  byId('cancel').hidden =
    cancelling || view.stopped || history.some(({ type }) => ['OrderShipped', 'OrderCancelled'].includes(type))
  if (byId('cancel').hidden) byId('confirm').hidden = true
}

function drawElapsed(view) {
  const start = begin()
  if (Number.isNaN(start)) {
    say(byId('elapsed'), '…')
    return say(byId('elapsed-says'), placed === undefined ? 'looking for this order' : 'accepted')
  }
  if (view.settled) {
    say(byId('elapsed'), lasting(Math.max(...history.map(({ at }) => after(at)))))
    return say(
      byId('elapsed-says'),
      view.stopped ? 'until everything was put right' : 'from your click to parcel, mail and points',
    )
  }
  say(byId('elapsed'), lasting(Date.now() + clockAhead - start))
  say(byId('elapsed-says'), 'since it was accepted')
}

const reasonOf = (type) => history.find((entry) => entry.type === type)?.detail?.reason ?? ''

function hint(view) {
  if (!connected)
    return 'The connection to the shop is lost. The order goes on without this page; the page connects again by itself.'
  if (status === 'declined')
    return 'The bank declined the payment: nothing was charged, and what was put aside goes back on the shelf. Order again with another card.'
  if (status === 'rejected') return 'There was not enough in stock. What is charged for it is given back by itself.'
  if (status === 'refunded') return [reasonOf('OrderRefunded'), 'The money was given back.'].join(' ').trim()
  if (status === 'cancelled') return 'The order was cancelled. What is charged for it all the same is given back by itself.'
  if (cancelling) return 'The wish to cancel was handed over. If the parcel has not left, the order is cancelled in a moment.'
  if (history.length === 0 && placed === undefined && view.waitingFor.length > 0)
    return 'Nothing was heard of this order yet. If it was just placed, it appears here by itself; otherwise check the address.'
  if (view.waitingFor.length > 0)
    return `Waiting for ${list(view.waitingFor)}: nothing is lost, it goes on when ${list(view.waitingFor)} ${view.waitingFor.length > 1 ? 'are' : 'is'} back.`
  if (view.settled) return 'Everything is done. Every service did its part on its own, and only once.'
  return 'You have your answer; the rest happens behind the counter.'
}

function draw() {
  const view = stepsOf(history, Date.now() - lastNews)
  for (const step of view.steps) drawStep(step)
  drawHead(view)
  drawElapsed(view)
  say(byId('hint'), hint(view))
  byId('hint').className = `hint ${connected ? verdict(view, status).kind : 'wait'}`
  drawLog()
  if (!view.settled && history.length + Number(placed !== undefined) > 0) setTimeout(drawSoon, 250)
  else if (!view.settled) setTimeout(drawSoon, 1_000)
}

const drawSoon = calmly(draw)

const drawn = new Map()

function drawLog() {
  for (const event of history) if (!drawn.has(event.entry)) drawn.set(event.entry, logLine(event))
  if (placed !== undefined && !drawn.has('accepted')) drawn.set('accepted', acceptedLine())
  const lines = [...(drawn.has('accepted') ? [drawn.get('accepted')] : []), ...history.map(({ entry }) => drawn.get(entry))]
  // An event may arrive after a later one: it is put where it belongs.
  for (const [at, line] of lines.entries())
    if (byId('log').children[at] !== line) byId('log').insertBefore(line, byId('log').children[at] ?? null)
}

function logLine(entry) {
  const { by, what } = told(entry)
  return line(`+${lasting(after(entry.at))}`, clock(new Date(entry.at)), by, what, entry.type)
}

const acceptedLine = () =>
  line(acceptedText().slice(0, 8), acceptedText(), 'shop', 'accepted the order and handed it over', 'PlaceOrder')

const line = (when, exact, by, what, type) =>
  element(
    'li',
    { class: 'fresh' },
    element('span', { class: 'when num', title: exact }, when),
    element('span', { class: 'by' }, by),
    element('span', { class: 'what' }, what),
    element('code', {}, type),
  )

// ---- live

function hear(entry) {
  if (history.some((known) => known.entry === entry.entry)) return
  history = [...history, entry].toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
  status = entry.status
  totalCents = entry.totalCents ?? totalCents
  lastNews = Date.now()
  drawSoon()
}

listen(`/api/orders/${encodeURIComponent(orderId)}/events`, 'message', hear, (now) => {
  connected = now
  drawSoon()
})

// ---- actions

say(byId('id'), shortId(orderId))
byId('id').addEventListener('click', async () => {
  await navigator.clipboard?.writeText(orderId).catch(() => {}) // Not allowed here: the id is in the address, too.
  say(byId('id'), 'copied')
  setTimeout(() => say(byId('id'), shortId(orderId)), 1_200)
})
if (placed?.email) byId('mails').href = `/mails?to=${encodeURIComponent(placed.email)}`

const ask = (asking) => {
  byId('confirm').hidden = !asking
  byId('cancel').hidden = asking
  byId(asking ? 'confirm-no' : 'cancel').focus()
}
const cancelKey = freshKey()
async function cancel() {
  byId('confirm').hidden = true
  cancelling = true
  byId('trouble').replaceChildren()
  try {
    await cancelOrder(orderId, cancelKey)
  } catch ({ message }) {
    cancelling = false
    showTrouble(byId('trouble'), `The order could not be cancelled: ${message} It goes on as it is.`, 'Try again', cancel)
  }
  drawSoon()
}
byId('cancel').addEventListener('click', () => ask(true))
byId('confirm-no').addEventListener('click', () => ask(false))
byId('confirm-yes').addEventListener('click', cancel)
draw()
