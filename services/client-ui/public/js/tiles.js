import { byId, element, say } from './dom.js'
import { stateWords } from './marks.js'
import { verdict } from './steps.js'

const tiles = new Map()

/** Draws the orders of a batch, a tile each, in their places. */
export function drawTiles(orders) {
  for (const [place, order] of orders) drawTile(place, order)
}

function makeTile(place) {
  const name = element('span', {}, String(place + 1))
  const sign = element('span', { class: 'sign' })
  const bars = element('span', { class: 'bars' }, ...Array.from({ length: 6 }, () => element('i')))
  const link = element('a', { class: 'tile' }, element('span', { class: 'name' }, name, sign), bars)
  byId('orders').append(element('li', {}, link))
  const tile = { link, sign, bars: [...bars.children], shown: '' }
  tiles.set(place, tile)
  return tile
}

function drawTile(place, { orderId, view, status }) {
  const tile = tiles.get(place) ?? makeTile(place)
  const isPlaced = orderId !== undefined
  const { kind, sign, text } = isPlaced ? verdict(view, status) : { kind: '', sign: '', text: 'not placed yet' }
  const states = view.steps.map(({ state }) => (isPlaced ? state : 'idle'))
  const shown = `${text} ${orderId} ${states.join(' ')}`
  if (tile.shown === shown) return
  tile.shown = shown
  tile.link.className = `tile ${kind}`
  if (isPlaced) tile.link.href = `/orders/${orderId}`
  const words = isPlaced ? `${text}: ${view.steps.map(({ label, state }) => `${label} ${stateWords[state]}`).join(', ')}` : text
  tile.link.setAttribute('aria-label', `Order ${place + 1}, ${words}`)
  tile.link.title = words
  say(tile.sign, sign)
  for (const [at, bar] of tile.bars.entries()) bar.className = states[at]
}
