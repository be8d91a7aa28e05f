import { catalogue, freshKey, placeOrder } from './api.js'
import { attemptKey, openBasket } from './basket.js'
import { byId, element, say, sayFresh, showTrouble, svg } from './dom.js'
import { recall, remember } from './memory.js'
import { list, money, plural } from './words.js'

const refreshMs = 4_000
const openingMs = 1_000
const fewPieces = 5

const basket = openBasket()
const cards = new Map()
let products = []

// ---- catalogue

const art = ({ sku, name }) => {
  const words = `${sku} ${name}`.toLowerCase()
  if (/\bpot|kettle|lighthouse/.test(words)) return 'art-pot'
  if (/cup|mug|glass/.test(words)) return 'art-cup'
  if (/tea|oolong|matcha|chai|assam|earl|leaf|rooibos|mint/.test(words)) return 'art-tea'
  return 'art-parcel'
}

function makeCard(product) {
  const picture = element(
    'div',
    { class: 'art' },
    svg('0 0 240 120', ['use', { href: '#art-sea' }]),
    svg('0 0 96 96', ['use', { href: `#${art(product)}` }]),
  )
  picture.firstChild.setAttribute('preserveAspectRatio', 'xMidYMid slice')
  picture.lastChild.classList.add('thing')
  const name = element('h2')
  const price = element('b', { class: 'num' })
  const left = element('span', { class: 'muted num' })
  const add = element('button', { type: 'button' }, 'Add')
  const less = element('button', { type: 'button' }, '−')
  const more = element('button', { type: 'button' }, '+')
  const quantity = element('output', { class: 'num' })
  const stepper = element('div', { class: 'stepper' }, less, quantity, more)
  const item = element(
    'li',
    { class: 'card good' },
    picture,
    name,
    element('div', { class: 'price' }, price, left),
    element('div', { class: 'pick' }, add, stepper),
  )
  const change = (by, focus) => () => {
    basket.set(product.sku, (basket.lines.get(product.sku) ?? 0) + by)
    draw()
    focus()
  }
  add.addEventListener(
    'click',
    change(1, () => more.focus()),
  )
  more.addEventListener(
    'click',
    change(1, () => {}),
  )
  less.addEventListener(
    'click',
    change(-1, () => stepper.hidden && add.focus()),
  )
  return { item, name, price, left, add, less, more, quantity, stepper }
}

function drawCard(product) {
  let card = cards.get(product.sku)
  if (card === undefined) {
    card = makeCard(product)
    cards.set(product.sku, card)
    byId('goods').append(card.item)
  }
  const quantity = basket.lines.get(product.sku) ?? 0
  const soldOut = product.available <= 0
  say(card.name, product.name)
  say(card.price, money(product.unitCents, product.currency))
  sayFresh(
    card.left,
    soldOut
      ? 'sold out'
      : product.available <= fewPieces
        ? `only ${product.available} left`
        : `${product.available.toLocaleString('en-IE')} left`,
  )
  card.left.classList.toggle('left-few', !soldOut && product.available <= fewPieces)
  card.item.classList.toggle('sold-out', soldOut)
  card.add.disabled = soldOut
  card.add.setAttribute('aria-label', `Add ${product.name}`)
  card.less.setAttribute('aria-label', `One ${product.name} less`)
  card.more.setAttribute('aria-label', `One ${product.name} more`)
  card.add.hidden = quantity > 0
  card.stepper.hidden = quantity === 0
  say(card.quantity, String(quantity))
}

function draw() {
  byId('opening').hidden = products.length > 0
  for (const product of products) drawCard(product)
  const chosen = products.filter(({ sku }) => basket.lines.has(sku))
  const pieces = chosen.reduce((sum, { sku }) => sum + basket.lines.get(sku), 0)
  say(byId('summary'), pieces === 0 ? 'Your basket is empty' : `${plural(pieces, 'item')}, ${money(total(), chosen[0].currency)}`)
  say(
    byId('lines'),
    pieces === 0 ? 'Add something to order it.' : list(chosen.map(({ sku, name }) => `${basket.lines.get(sku)} × ${name}`)),
  )
  byId('place').disabled = pieces === 0
  byId('many').disabled = !products.some(({ available }) => available > 0)
}

const total = () => products.reduce((sum, { sku, unitCents }) => sum + unitCents * (basket.lines.get(sku) ?? 0), 0)

async function refresh() {
  if (!document.hidden) {
    // A catalogue that cannot be read now leaves the last one on the page; the next round asks again.
    products = await catalogue().catch(() => products)
    basket.fit(products)
    draw()
  }
  setTimeout(refresh, products.length === 0 ? openingMs : refreshMs)
}

// ---- order

const customer = () => ({ customerId: byId('customer').value.trim(), email: byId('email').value.trim() })

let busy = false

async function place(event) {
  event?.preventDefault()
  if (busy || basket.lines.size === 0) return
  const order = { ...customer(), lines: [...basket.lines].map(([sku, quantity]) => ({ sku, quantity })) }
  setBusy(true)
  try {
    const { orderId, acceptedAt } = await placeOrder(order, attemptKey(order))
    remember(`order.${orderId}`, { acceptedAt, receivedAt: Date.now(), totalCents: total(), email: order.email })
    basket.empty()
    location.assign(`/orders/${orderId}`)
  } catch (error) {
    setBusy(false)
    explain(error)
  }
}

function setBusy(now) {
  busy = now
  byId('place').setAttribute('aria-busy', String(now))
  say(byId('place'), now ? 'Placing…' : 'Place order')
  if (now) byId('trouble').replaceChildren()
  if (now) markInvalid([])
}

function explain({ message, temporary, errors = [] }) {
  if (temporary)
    return showTrouble(
      byId('trouble'),
      'The shop cannot take orders at this moment. Your basket is kept. Trying again does not order twice.',
      'Try again',
      () => place(),
    )
  const first = markInvalid(errors)
  showTrouble(byId('trouble'), `The order was not placed: ${message}. Correct it and place it again.`, 'Close', () =>
    byId('trouble').replaceChildren(),
  )
  first?.focus()
}

/** @returns the first field that is wrong */
function markInvalid(errors) {
  const fields = [
    [byId('customer'), 'customerId'],
    [byId('email'), 'email'],
  ]
  const wrong = fields.filter(([, name]) => errors.some(({ field }) => field === name)).map(([input]) => input)
  for (const [input] of fields) input.setAttribute('aria-invalid', String(wrong.includes(input)))
  return wrong[0]
}

/** The board places them and shows what becomes of them; its address names the batch, so it can be opened again and shared. */
function placeMany() {
  const { customerId, email } = customer()
  const [name, host] = email.split('@')
  const orders = skusInStock(100).map((sku, place) => ({
    customerId: `${customerId}-${place + 1}`,
    email: `${name}+${place + 1}@${host ?? 'example.com'}`,
    lines: [{ sku, quantity: 1 }],
  }))
  const batch = freshKey()
  remember(`batch.${batch}`, { orders, accepted: [], startedAt: null })
  location.assign(`/orders?batch=${batch}&count=${orders.length}`)
}

/** One piece after the other, of each product as many as there are; when nothing is left, again: somebody is always too late. */
function skusInStock(count) {
  const left = new Map(products.map(({ sku, available }) => [sku, available]))
  const skus = []
  while (skus.length < count) {
    const inStock = products.filter(({ sku }) => left.get(sku) > 0)
    for (const { sku } of inStock.length > 0 ? inStock : products.filter(({ available }) => available > 0)) {
      left.set(sku, left.get(sku) - 1)
      skus.push(sku)
    }
  }
  return skus.slice(0, count)
}

for (const name of ['customer', 'email']) {
  byId(name).value = recall(name, byId(name).value)
  byId(name).addEventListener('change', () => remember(name, byId(name).value))
}
byId('order').addEventListener('submit', place)
byId('many').addEventListener('click', placeMany)
// Back from an order's page: the basket of then is an order now.
addEventListener('pageshow', ({ persisted }) => persisted && location.reload())
document.addEventListener('visibilitychange', () => !document.hidden && draw())
draw()
void refresh()
