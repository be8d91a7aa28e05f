import { cancelOrder, freshKey } from './api.js'
import { byId, calmly, say, showTrouble } from './dom.js'
import { hintOf } from './hints.js'
import { listen } from './live.js'
import { recall } from './memory.js'
import { drawLines, drawLog } from './papers.js'
import { stepsOf, verdict } from './steps.js'
import { drawWay } from './way.js'
import { lasting, money, shortId } from './words.js'

const orderId = decodeURIComponent(location.pathname.split('/').at(-1))
/** What the tab that placed the order knows before the shop has written it down. */
const placedHere = recall(`order.${orderId}`, undefined)

/**
 * What is known: the order, that there is none (`unknown`), that it cannot be read now (`unread`), or nothing yet. The
 * connection is a thing of its own.
 */
let order = placedHere === undefined ? undefined : { orderId, status: 'accepted', totalCents: null, history: [], ...placedHere }
let answer = order === undefined ? 'none yet' : 'order'
let connected = true
let answered = {}
/** The shop's clock minus this one. */
let clockAhead = 0
let cancelling = false

const now = () => Date.now() + clockAhead
/** The moment from which all tabs count: acceptance, or the first event of an order that came another way. */
const begin = () => Date.parse(order.acceptedAt ?? order.history[0]?.at)
const after = (at) => Date.parse(at) - begin()

// ---- head

function drawHead(view) {
  const { kind, text } = verdict(view, order.status)
  drawPill(connected ? kind : 'wait', connected ? text : 'connection lost')
  const total = order.totalCents ?? order.lines.reduce((sum, { quantity, unitCents }) => sum + quantity * unitCents, 0)
  say(byId('total'), order.lines.length === 0 && order.totalCents === null ? '' : money(total, order.currency))
  document.title = `${text} · order ${shortId(orderId)} · Petrel Tea`
  const types = order.history.map(({ type }) => type)
  byId('cancel').hidden =
    cancelling || !byId('confirm').hidden || view.stopped || !types.includes('OrderPlaced') || types.includes('OrderShipped')
  if (cancelling || view.stopped || types.includes('OrderShipped')) byId('confirm').hidden = true
}

function drawPill(kind, text) {
  byId('pill').className = `pill ${kind}`
  say(byId('pill'), text)
}

function drawElapsed(view) {
  const origin = order.acceptedAt === null ? 'from its first event' : 'from acceptance'
  if (!view.settled) {
    say(byId('elapsed'), lasting(now() - begin()))
    return say(byId('elapsed-says'), origin)
  }
  say(byId('elapsed'), lasting(Math.max(...order.history.map(({ at }) => after(at)))))
  say(byId('elapsed-says'), `${origin} ${view.stopped ? 'until everything was put right' : 'to parcel, mail and points'}`)
}

// ---- all of it

function draw() {
  const isShown = order !== undefined
  // What is not known yet takes no room, so that nothing jumps when it comes.
  for (const id of ['papers', 'way', 'mails', 'conversation']) byId(id).hidden = !isShown
  for (const id of ['hint', 'actions']) byId(id).hidden = answer === 'none yet'
  if (!isShown) return drawAnswer()
  const view = stepsOf(order, { now: now(), answered })
  drawWay(view.steps, after)
  drawHead(view)
  drawElapsed(view)
  drawHint(hintOf(order, view, { connected, cancelling, isUnread: answer === 'unread' }))
  drawLines(order)
  drawLog(order, after)
  if (view.settled) return stopListening()
  setTimeout(drawSoon, 250)
}

const drawSoon = calmly(draw)

/** Without an order there is nothing to draw but why. */
const answers = {
  'none yet': ['', 'looking', 'Looking for this order.'],
  unknown: [
    'fail',
    'no such order',
    'There is no order of this id. Check the address. If it was placed a moment ago, it appears here by itself.',
  ],
  unread: ['wait', 'not read', 'Whether there is such an order cannot be read at the moment. The page looks again by itself.'],
}

function drawAnswer() {
  const [kind, word, hint] = answers[answer]
  drawPill(connected ? kind : 'wait', connected ? word : 'connection lost')
  const lost = 'The connection to the shop is lost. The page connects again by itself.'
  say(byId('elapsed'), answer === 'none yet' ? '…' : '')
  say(byId('elapsed-says'), answer === 'none yet' ? (connected ? hint : lost) : '')
  drawHint({ kind: 'wait', text: connected ? hint : lost })
  document.title = `${word} · order ${shortId(orderId)} · Petrel Tea`
}

function drawHint({ kind, text }) {
  byId('hint').className = `hint ${kind}`
  say(byId('hint'), text)
}

// ---- live

const stopListening = listen(
  `/api/orders/${encodeURIComponent(orderId)}/events`,
  {
    order(data) {
      clockAhead = Date.parse(data.now) - Date.now()
      ;({ order, answered } = data)
      answer = 'order'
      drawSoon()
    },
    unknown() {
      // The tab that placed the order knows better: it is written down in a moment.
      if (placedHere === undefined) answer = 'unknown'
      drawSoon()
    },
    unread() {
      answer = 'unread'
      drawSoon()
    },
  },
  (isConnected) => {
    connected = isConnected
    drawSoon()
  },
)

// ---- actions

say(byId('id'), shortId(orderId))
byId('id').addEventListener('click', async () => {
  try {
    await navigator.clipboard.writeText(orderId)
    say(byId('id'), 'copied')
    setTimeout(() => say(byId('id'), shortId(orderId)), 1_200)
  } catch {
    // The browser does not allow it: the whole id, selected, for a person to copy.
    say(byId('id'), orderId)
    getSelection().selectAllChildren(byId('id'))
  }
})
byId('mails').href = `/mails?${new URLSearchParams({ order: orderId })}`
byId('conversation').href = `/console/orders?${new URLSearchParams({ q: orderId })}`

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
