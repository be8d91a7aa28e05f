import { gatewayCounts } from './api.js'
import { countedParts } from './counted.js'
import { byId, calmly, say, showTrouble } from './dom.js'
import { drawFunnel, drawOtherWays } from './funnel.js'
import { listen } from './live.js'
import { moveByKeys } from './moveByKeys.js'
import { batchToPlace } from './placeBatch.js'
import { drawRows } from './rows.js'
import { stepsOf } from './steps.js'
import { drawTiles } from './tiles.js'
import { lasting, list, plural } from './words.js'

const mostOrders = 1000

const query = new URLSearchParams(location.search)
const batch = query.get('batch')
const size = Number(query.get('count'))
const isBatch = batch !== null
const isValid =
  !isBatch ||
  (/^[\w-]{1,64}$/.test(batch) && Number.isInteger(size) && size >= 1 && size <= mostOrders && Boolean(query.get('customer')))
const job = isBatch && isValid ? batchToPlace(batch) : undefined

/** By place in the batch, or by order id for the latest orders. */
const orders = new Map()
/** `none yet`, `read`, or `unread`: that there are no orders is known only when they were read. */
let answer = 'none yet'
let connected = true
let answered = {}
let clockAhead = 0
let placing = 0
/** What the payment gateway has counted; null when it does not say, undefined while nobody has asked it. */
let counted

const now = () => Date.now() + clockAhead

// ---- all of it

function drawHead(all) {
  const settled = all.filter(({ view }) => view.settled).length
  const of = isBatch ? size : all.length
  const isDone = of > 0 && settled === of
  const waiting = [...new Set(all.flatMap(({ view }) => view.waitingFor))]
  say(byId('done'), answer === 'none yet' && all.length === 0 ? '…' : String(settled))
  say(byId('done-says'), of === 0 ? 'orders' : `of ${plural(of, 'order')} settled${isDone ? timeTaken(all) : ''}`)
  const [kind, text] = pillOf({ of, isDone, waiting })
  byId('pill').className = `pill ${kind}`
  say(byId('pill'), text)
  drawHint(isDone)
  // What is not known yet takes no room, so that nothing jumps when it comes.
  byId('each').hidden = !isBatch && answer === 'none yet'
  byId('nothing').hidden = isBatch || answer !== 'read' || all.length > 0
}

function pillOf({ of, isDone, waiting }) {
  if (!connected) return ['wait', 'connection lost']
  if (answer === 'unread') return ['wait', 'not read']
  if (placing > 0) return ['', 'placing']
  if (answer === 'none yet') return ['', 'looking']
  if (waiting.length > 0) return ['wait', `waiting for ${list(waiting)}`]
  if (of === 0) return ['', 'none yet']
  return isDone ? ['ok', 'done'] : ['', 'on their way']
}

function drawHint(isDone) {
  const isTrouble = !connected || answer === 'unread'
  const parts =
    isTrouble || !isDone || !isBatch || counted === undefined ? [troubleWords()] : countedParts([...orders.values()], counted)
  const shown = parts.map((part) => part.textContent ?? part).join('')
  byId('hint').className = `hint ${isTrouble ? 'wait' : ''}`
  // Links that have the focus keep it as long as the words are the same.
  if (byId('hint').textContent !== shown) byId('hint').replaceChildren(...parts)
}

function troubleWords() {
  if (!connected)
    return 'The connection to the shop is lost. The orders go on without this page; the page connects again by itself.'
  return answer === 'unread'
    ? 'The orders cannot be read at the moment. They go on all the same; the page looks again by itself.'
    : ''
}

function timeTaken(all) {
  if (!isBatch) return ''
  const first = Math.min(...all.flatMap(({ acceptedAt }) => (acceptedAt ? [Date.parse(acceptedAt)] : [])))
  const last = Math.max(...all.flatMap(({ history }) => history.map(({ at }) => Date.parse(at))))
  return Number.isFinite(first) && Number.isFinite(last) ? ` in ${lasting(last - first)} from the first acceptance` : ''
}

/** Times go on where nothing else happens. */
let drawAgain

function draw() {
  clearTimeout(drawAgain)
  const at = now()
  for (const order of orders.values()) order.view = stepsOf(order, { now: at, answered })
  const all = [...orders.values()].filter(({ orderId }) => orderId !== undefined)
  if (isBatch) drawTiles(orders)
  else drawRows(all, at)
  drawFunnel(all, isBatch ? size : all.length, answer !== 'none yet')
  drawOtherWays(all)
  drawHead(all)
  if (isBatch && all.length === size && all.every(({ view }) => view.settled)) settle()
  else drawAgain = setTimeout(drawSoon, 1_000)
}

const drawSoon = calmly(draw)

/** Nothing more is to come: no connection is kept, and the witness is asked. */
let isSettled = false
async function settle() {
  if (isSettled) return
  isSettled = true
  stopListening()
  counted = await gatewayCounts().catch(() => null)
  drawSoon()
}

// ---- live

const noOrder = { status: 'accepted', acceptedAt: null, customerId: null, totalCents: null, currency: null, history: [] }

function show(data) {
  clockAhead = Date.parse(data.now) - Date.now()
  answered = data.answered
  answer = 'read'
  for (const { place, ...order } of data.orders) orders.set(place ?? order.orderId, order)
  drawSoon()
}

let stopListening = () => {}
function begin() {
  const filter = isBatch ? `?${new URLSearchParams({ batch, count: size, customer: query.get('customer') })}` : ''
  stopListening = listen(
    `/api/orders/events${filter}`,
    {
      orders: show,
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
}

// ---- placing

/** What the shop has not written down yet is accepted all the same. */
function accept(place, orderId, acceptedAt) {
  if (orders.get(place)?.orderId === undefined) orders.set(place, { ...noOrder, orderId, acceptedAt })
}

async function placeAll() {
  byId('trouble').replaceChildren()
  placing = job.waiting()
  drawSoon()
  const stopped = await job.place((place, orderId, acceptedAt, left) => {
    accept(place, orderId, acceptedAt)
    placing = left
    drawSoon()
  })
  placing = 0
  if (stopped !== undefined) {
    const rest = plural(job.waiting(), 'order')
    showTrouble(
      byId('trouble'),
      `${rest} could not be placed: ${stopped} Trying again does not order twice.`,
      `Place ${rest} again`,
      placeAll,
    )
  } else if (job.refused.length > 0) {
    const [, why] = job.refused[0]
    showTrouble(byId('trouble'), `The shop refused ${plural(job.refused.length, 'order')}: ${why}.`, 'Back to the shop', () =>
      location.assign('/'),
    )
  }
  drawSoon()
}

// ---- beginning

if (isBatch && isValid) {
  byId('orders').classList.add('tiles')
  say(byId('title'), plural(size, 'order'))
  document.title = `${plural(size, 'order')} · Petrel Tea`
  for (let place = 0; place < size; place++) orders.set(place, { ...noOrder })
  for (const [place, orderId, acceptedAt] of job?.accepted ?? []) accept(place, orderId, acceptedAt)
}
if (isValid) {
  draw()
  begin()
  moveByKeys(byId('orders'))
  if (job !== undefined && job.waiting() > 0) void placeAll()
} else {
  say(byId('title'), 'No such batch')
  byId('pill').hidden = true
  document.querySelector('.board').classList.add('no-batch')
  byId('each').hidden = true
  showTrouble(
    byId('trouble'),
    `The address of a batch names it, whose it is, and how many orders it has, from 1 to ${mostOrders}.`,
    'Show the latest orders',
    () => location.assign('/orders'),
  )
}
