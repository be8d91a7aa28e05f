import { placeOrder } from './api.js'
import { byId, calmly, element, say, showTrouble } from './dom.js'
import { listen } from './live.js'
import { stateWords } from './marks.js'
import { recall, remember } from './memory.js'
import { stepsOf, verdict } from './steps.js'
import { lasting, list, plural, shortId } from './words.js'

/** As many requests at a time as a browser has connections to spare beside the one that listens. */
const atATime = 5
const mostTiles = 300

const query = new URLSearchParams(location.search)
const batch = query.get('batch')
const size = Number(query.get('count'))
const job = batch === null ? undefined : recall(`batch.${batch}`, undefined)

/** By place in the batch, or by order id for the latest orders. */
const orders = new Map()
let lastNews = Date.now()
let connected = true
let unplaced = []
let placing = 0

// ---- tiles

const tiles = new Map()

function makeTile(key) {
  const name = element('span')
  const sign = element('span', { class: 'sign' })
  const bars = element('span', { class: 'bars' }, ...Array.from({ length: 6 }, () => element('i')))
  const link = element(
    'a',
    { class: 'tile', tabindex: tiles.size === 0 ? '0' : '-1' },
    element('span', { class: 'name' }, name, sign),
    bars,
  )
  byId('tiles').append(element('li', {}, link))
  const tile = { link, name, sign, bars: [...bars.children], shown: '' }
  tiles.set(key, tile)
  return tile
}

function drawTile(key, order) {
  const tile = tiles.get(key) ?? makeTile(key)
  const { steps } = order.view
  const { kind, sign, text } = verdict(order.view, order.status)
  const label = batch === null ? shortId(order.orderId) : String(key + 1)
  const states = order.orderId === undefined ? steps.map(() => 'idle') : steps.map(({ state }) => state)
  const shown = `${label} ${text} ${order.orderId} ${states.join(' ')}`
  if (tile.shown === shown) return
  tile.shown = shown
  tile.link.className = `tile ${kind}`
  if (order.orderId !== undefined) tile.link.href = `/orders/${order.orderId}`
  const words =
    order.orderId === undefined
      ? 'not placed yet'
      : `${text}: ${steps.map((step) => `${step.label} ${stateWords[step.state]}`).join(', ')}`
  tile.link.setAttribute('aria-label', `Order ${label}, ${words}`)
  tile.link.title = words
  say(tile.name, label)
  say(tile.sign, sign)
  for (const [at, bar] of tile.bars.entries()) bar.className = states[at]
}

// ---- counts

const funnelRows = []

function drawFunnel(all) {
  const placedOrders = all.filter(({ orderId }) => orderId !== undefined)
  const of = batch === null ? placedOrders.length : size
  const labels = stepsOf([]).steps.map(({ label }) => label)
  for (const [at, label] of labels.entries()) {
    const row = (funnelRows[at] ??= funnelRow(label))
    const count = placedOrders.filter(({ view }) => view.steps[at].state === 'done').length
    say(row.count, String(count))
    row.bar.style.transform = `translateX(${of === 0 ? -100 : (count / of) * 100 - 100}%)`
  }
}

function funnelRow(label) {
  const count = element('b', { class: 'num' })
  const bar = element('i')
  byId('funnel').append(element('li', {}, count, element('span', { class: 'meter' }, bar), element('span', {}, label)))
  return { count, bar }
}

const asideKinds = [
  ['declined', 'fail', 'payment declined'],
  ['rejected', 'fail', 'sold out'],
  ['refunded', 'fail', 'refunded'],
  ['delayed', 'wait', 'delayed'],
  ['cancelled', '', 'cancelled'],
]
const asidePills = new Map()

function drawAside(all) {
  for (const [status, kind, text] of asideKinds) {
    const count = all.filter((order) => order.status === status).length
    let pill = asidePills.get(status)
    if (pill === undefined && count === 0) continue
    if (pill === undefined) {
      pill = element('li', { class: `pill ${kind}` })
      asidePills.set(status, pill)
      byId('aside').append(pill)
    }
    pill.hidden = count === 0
    say(pill, `${count} ${text}`)
  }
}

function drawHead(all) {
  const settled = all.filter(({ view, orderId }) => orderId !== undefined && view.settled).length
  const of = batch === null ? all.length : size
  const waiting = [...new Set(all.flatMap(({ view, orderId }) => (orderId === undefined ? [] : view.waitingFor)))]
  say(byId('done'), String(settled))
  say(byId('done-says'), of === 0 ? 'orders' : `of ${plural(of, 'order')} settled${timeTaken(all, settled === of)}`)
  const [kind, text] =
    placing > 0
      ? ['', 'placing']
      : waiting.length > 0
        ? ['wait', `waiting for ${list(waiting)}`]
        : of > 0 && settled === of
          ? ['ok', 'done']
          : ['', of === 0 ? 'nothing yet' : 'on their way']
  byId('pill').className = `pill ${kind}`
  say(byId('pill'), text)
  say(byId('hint'), hint(waiting, settled === of && of > 0))
  byId('hint').className = `hint ${connected && waiting.length === 0 ? '' : 'wait'}`
  byId('nothing').hidden = all.length > 0
}

function hint(waiting, done) {
  if (!connected)
    return 'The connection to the shop is lost. The orders go on without this page; the page connects again by itself.'
  if (waiting.length > 0)
    return `Waiting for ${list(waiting)}: nothing is lost, the orders go on when ${list(waiting)} ${waiting.length > 1 ? 'are' : 'is'} back.`
  if (done && batch !== null) return 'Each order was billed once, mailed once, and shipped once or put right.'
  return ''
}

function timeTaken(all, done) {
  const starts = job?.startedAt ?? Math.min(...all.flatMap(({ history }) => history.slice(0, 1).map(({ at }) => Date.parse(at))))
  if (!done || batch === null || !Number.isFinite(starts)) return ''
  const last = Math.max(...all.flatMap(({ history }) => history.map(({ at }) => Date.parse(at))))
  return ` in ${lasting(last - starts)}`
}

function draw() {
  const quietMs = Date.now() - lastNews
  for (const order of orders.values()) order.view = stepsOf(order.history, quietMs)
  const all = [...orders.values()]
  for (const [key, order] of orders) if (tiles.has(key) || tiles.size < mostTiles) drawTile(key, order)
  drawFunnel(all)
  drawAside(all)
  drawHead(all)
  if (all.some(({ view }) => !view.settled)) setTimeout(drawSoon, 1_000)
}

const drawSoon = calmly(draw)

// ---- live

function hear(changed) {
  for (const { place, orderId, status, history } of changed) orders.set(place ?? orderId, { orderId, status, history })
  lastNews = Date.now()
  drawSoon()
}

const filter = batch === null ? '' : `?batch=${encodeURIComponent(batch)}&count=${size}`
listen(`/api/orders/events${filter}`, 'orders', hear, (now) => {
  connected = now
  drawSoon()
})

// ---- placing

/** Places what is not placed yet. Each order has a key of its own, so a reload or a second try orders nothing twice. */
async function placeAll() {
  const accepted = new Set(job.accepted.map(([place]) => place))
  const todo = job.orders.map((order, place) => ({ order, place })).filter(({ place }) => !accepted.has(place))
  unplaced = []
  byId('trouble').replaceChildren()
  placing = todo.length
  drawSoon()
  await Promise.all(Array.from({ length: atATime }, () => placeFrom(todo)))
  remember(`batch.${batch}`, job)
  if (unplaced.length > 0)
    showTrouble(
      byId('trouble'),
      `${plural(unplaced.length, 'order')} could not be placed: ${unplaced[0]} Trying again does not order twice.`,
      `Place ${plural(unplaced.length, 'order')} again`,
      placeAll,
    )
  drawSoon()
}

async function placeFrom(todo) {
  for (let next = todo.shift(); next !== undefined; next = todo.shift()) {
    try {
      const { orderId, acceptedAt } = await placeOrder(next.order, `${batch}/${next.place}`)
      job.startedAt ??= Date.parse(acceptedAt)
      job.accepted.push([next.place, orderId])
      accept(next.place, orderId)
    } catch ({ message, temporary }) {
      unplaced.push(message)
      if (temporary) unplaced.push(...todo.splice(0).map(() => message)) // The others would fail alike.
    }
    placing = todo.length
    drawSoon()
  }
}

/** What the server has not heard of yet is accepted all the same. */
function accept(place, orderId) {
  const known = orders.get(place)
  if (known?.orderId === undefined) orders.set(place, { orderId, status: 'accepted', history: [] })
  lastNews = Date.now()
}

// ---- keyboard: one stop for Tab, then arrows or j and k

function move(by) {
  const links = [...tiles.values()].map(({ link }) => link)
  const at = links.indexOf(document.activeElement)
  const next = links[at === -1 ? 0 : Math.min(links.length - 1, Math.max(0, at + by))]
  if (next === undefined) return
  for (const link of links) link.tabIndex = -1
  next.tabIndex = 0
  next.focus()
}

function perRow() {
  const items = [...byId('tiles').children]
  return Math.max(1, items.filter(({ offsetTop }) => offsetTop === items[0].offsetTop).length)
}

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const arrows = byId('tiles').contains(document.activeElement)
    ? { ArrowRight: 1, ArrowLeft: -1, ArrowDown: perRow(), ArrowUp: -perRow() }
    : {}
  const by = { j: 1, k: -1, ...arrows }[event.key]
  if (by === undefined) return
  event.preventDefault()
  move(by)
})

if (batch !== null) {
  say(byId('title'), plural(size, 'order'))
  document.title = `${plural(size, 'order')} · Petrel Tea`
  for (let place = 0; place < size; place++) orders.set(place, { status: 'accepted', history: [] })
}
for (const [place, orderId] of job?.accepted ?? []) accept(place, orderId)
draw()
if (job !== undefined && job.accepted.length < job.orders.length) void placeAll()
