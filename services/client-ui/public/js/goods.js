import { byId, element, say, sayFresh, svg } from './dom.js'
import { money } from './words.js'

const fewPieces = 5
/** Nobody has to know how many there are of these. */
const plenty = 1000

const art = ({ sku, name }) => {
  const words = `${sku} ${name}`.toLowerCase()
  if (/\bpot|kettle|lighthouse/.test(words)) return 'art-pot'
  if (/cup|mug|glass/.test(words)) return 'art-cup'
  if (/honey|jam|sugar/.test(words)) return 'art-honey'
  if (/tea|oolong|matcha|chai|assam|earl|leaf|rooibos|mint/.test(words)) return 'art-tea'
  return 'art-parcel'
}

const cards = new Map()

/**
 * Draws the catalogue in the place that the page keeps for it.
 * @param choose called with a product and the quantity that the customer wants of it
 */
export function drawGoods(products, quantityOf, choose) {
  if (products.length > 0 && cards.size === 0) byId('goods').replaceChildren()
  for (const product of products) drawCard(product, quantityOf(product.sku), choose)
  byId('goods').setAttribute('aria-busy', String(products.length === 0))
}

function drawCard(product, quantity, choose) {
  const card = cards.get(product.sku) ?? makeCard(product, choose)
  const { name, available } = product
  const soldOut = available !== null && available <= 0
  card.product = product
  say(card.name, name)
  say(card.price, money(product.unitCents, product.currency))
  sayFresh(card.left, stockWords(available))
  card.left.classList.toggle('few', !soldOut && available !== null && available <= fewPieces)
  card.item.classList.toggle('sold-out', soldOut)
  say(card.add, soldOut ? 'Sold out' : 'Add')
  card.add.disabled = soldOut
  card.add.setAttribute('aria-label', soldOut ? `${name} is sold out` : `Add ${name}`)
  card.less.setAttribute('aria-label', `One ${name} less`)
  card.more.setAttribute('aria-label', `One ${name} more`)
  card.more.disabled = available !== null && quantity >= available
  card.quantity.setAttribute('aria-label', `How many ${name}`)
  card.add.hidden = quantity > 0
  card.stepper.hidden = quantity === 0
  if (document.activeElement !== card.quantity) card.quantity.value = String(quantity)
}

function stockWords(available) {
  if (available === null) return 'stock not known'
  if (available <= 0) return '' // The button says it.
  if (available <= fewPieces) return `only ${available} left`
  return available < plenty ? `${available} left` : 'in stock'
}

function makeCard(product, choose) {
  const name = element('h2')
  const price = element('b', { class: 'num' })
  const left = element('span', { class: 'muted num' })
  const add = element('button', { type: 'button' }, 'Add')
  const less = element('button', { type: 'button' }, '−')
  const more = element('button', { type: 'button' }, '+')
  const quantity = element('input', { inputmode: 'numeric', autocomplete: 'off', maxlength: '4' })
  const stepper = element('div', { class: 'stepper', role: 'group' }, less, quantity, more)
  const item = element(
    'li',
    { class: 'card good' },
    picture(product),
    name,
    element('div', { class: 'price' }, price, left),
    element('div', { class: 'pick' }, add, stepper),
  )
  const card = { product, item, name, price, left, add, less, more, quantity, stepper }
  const step = (by) => choose(card.product, Number(quantity.value) + by)
  add.addEventListener('click', () => {
    choose(card.product, 1)
    more.focus()
  })
  more.addEventListener('click', () => step(1))
  less.addEventListener('click', () => {
    step(-1)
    if (stepper.hidden) add.focus()
  })
  const typed = () => {
    const wanted = /^\d+$/.test(quantity.value.trim()) ? Number(quantity.value) : undefined
    // The box shows what is in the basket again, whatever was typed.
    quantity.value = String(choose(card.product, wanted))
    if (stepper.hidden) add.focus()
  }
  quantity.addEventListener('change', typed)
  quantity.addEventListener('focus', () => quantity.select())
  quantity.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return
    // Enter in a field would place the order; here it means "this many".
    event.preventDefault()
    typed()
  })
  cards.set(product.sku, card)
  byId('goods').append(item)
  return card
}

function picture(product) {
  const made = element(
    'div',
    { class: 'art' },
    svg('0 0 240 120', ['use', { href: '#art-sea' }]),
    svg('0 0 96 96', ['use', { href: `#${art(product)}` }]),
  )
  made.firstChild.setAttribute('preserveAspectRatio', 'xMidYMid slice')
  made.lastChild.classList.add('thing')
  return made
}
