import { catalogue, checkOrder, freshKey, placeOrder } from './api.js'
import { attemptKey, mostOf, openBasket } from './basket.js'
import { batchOrder, batchSize, skusInStock } from './batch.js'
import { byId, say, showTrouble } from './dom.js'
import { drawGoods } from './goods.js'
import { recall, remember } from './memory.js'
import { clock, list, money, plural } from './words.js'
import './breakIt.js'

const refreshMs = 4_000
const openingMs = 1_000
/** The shop reads its catalogue every ten seconds at least: one that is older cannot be read. */
const staleMs = 15_000

const basket = openBasket()
let products = []
let readAt
let unavailable

// ---- catalogue and basket

const quantityOf = (sku) => basket.lines.get(sku) ?? 0

/** @returns how many are in the basket now */
function choose(product, wanted) {
  const quantity = wanted === undefined ? quantityOf(product.sku) : basket.set(product, wanted)
  byId('trouble').replaceChildren()
  draw()
  if (wanted > quantity) complain(tooMany(product), [])
  return quantity
}

const tooMany = (product) =>
  mostOf(product) === product.available
    ? `Not enough ${product.name}: there ${product.available === 1 ? 'is 1' : `are ${product.available}`}.`
    : `At most ${mostOf(product)} of ${product.name} in one order.`

const chosen = () => products.filter(({ sku }) => quantityOf(sku) > 0)
const total = () => chosen().reduce((sum, { sku, unitCents }) => sum + unitCents * quantityOf(sku), 0)

function draw() {
  drawGoods(products, quantityOf, choose)
  drawOpening()
  const pieces = chosen().reduce((sum, { sku }) => sum + quantityOf(sku), 0)
  say(
    byId('summary'),
    pieces === 0 ? 'Your basket is empty' : `${plural(pieces, 'item')}, ${money(total(), chosen()[0].currency)}`,
  )
  say(
    byId('lines'),
    pieces === 0 ? 'Add something to order it.' : list(chosen().map(({ sku, name }) => `${quantityOf(sku)} × ${name}`)),
  )
  byId('place').disabled = pieces === 0
  byId('many').disabled = skusInStock(products, 1).length === 0
}

/** An empty catalogue, one that was not read yet and a shop that does not answer are three things; so is one read long ago. */
function drawOpening() {
  const isOpen = products.length > 0
  byId('opening').hidden = isOpen || (unavailable === undefined && readAt === undefined)
  byId('goods').hidden = !byId('opening').hidden
  say(
    byId('opening'),
    unavailable !== undefined
      ? `${unavailable} The catalogue appears here by itself.`
      : 'Nothing is on offer yet. The catalogue appears here by itself.',
  )
  byId('stale').hidden = !isOpen || (unavailable === undefined && Date.now() - readAt < staleMs)
  if (readAt !== undefined)
    say(byId('stale'), `How much is left was read at ${clock(readAt).replace(/\.\d+/, '')}, and cannot be read at the moment.`)
}

async function refresh() {
  if (!document.hidden) {
    try {
      ;({ products, readAt } = await catalogue())
      unavailable = undefined
    } catch ({ message }) {
      unavailable = message
    }
    const fewer = basket.fit(products)
    draw()
    if (fewer.length > 0) complain(fewer.map(tooMany).join(' '), [])
  }
  setTimeout(refresh, products.length === 0 ? openingMs : refreshMs)
}

// ---- order

const customer = () => ({ customerId: byId('customer').value.trim(), email: byId('email').value.trim() })

let busy = false

/** Does what a button says, once at a time; what goes wrong is shown beside it. */
async function once(button, words, work, again) {
  if (busy) return
  busy = true
  const label = button.textContent
  button.setAttribute('aria-busy', 'true')
  say(button, words)
  complain('', [])
  try {
    await work()
  } catch (error) {
    explain(error, again)
  }
  busy = false
  button.setAttribute('aria-busy', 'false')
  say(button, label)
}

const place = () =>
  once(
    byId('place'),
    'Placing…',
    async () => {
      if (chosen().length === 0) return
      const lines = chosen().map(({ sku, name, unitCents }) => ({ sku, name, unitCents, quantity: quantityOf(sku) }))
      const order = { ...customer(), lines: lines.map(({ sku, quantity }) => ({ sku, quantity })) }
      const { orderId, acceptedAt } = await placeOrder(order, attemptKey(order))
      remember(`order.${orderId}`, { acceptedAt, customerId: order.customerId, lines, currency: chosen()[0].currency })
      basket.empty()
      location.assign(`/orders/${orderId}`)
    },
    place,
  )

/** The board places them and shows what becomes of them; its address names the batch, so it can be opened again and shared. */
const placeMany = () =>
  once(
    byId('many'),
    'Checking…',
    async () => {
      const skus = skusInStock(products, batchSize)
      const orders = skus.map((sku, index) => batchOrder(customer(), index, sku))
      // As good or bad as all the others, and the longest: what is wrong is said here, where it can be corrected.
      await checkOrder(orders.at(-1))
      const batch = freshKey()
      remember(`batch.${batch}`, { orders, accepted: [], refused: [] })
      location.assign(`/orders?${new URLSearchParams({ batch, count: orders.length, customer: customer().customerId })}`)
    },
    placeMany,
  )

// ---- what goes wrong

const fields = { customerId: ['customer', 'Customer'], email: ['email', 'E-mail'] }

function explain({ message, temporary, errors = [] }, again) {
  if (temporary)
    return showTrouble(
      byId('trouble'),
      'The shop cannot take orders at this moment. Your basket is kept. Trying again does not order twice.',
      'Try again',
      again,
    )
  complain(errors.length === 0 ? message : errors.map(inWords).join('. '), errors)
}

/** `customerId` is the API's word; a customer reads the label beside the field, or the product's name. */
function inWords({ field, message }) {
  const line = /^lines\[(\d+)\]/.exec(field)
  const product = line === null ? undefined : chosen()[Number(line[1])]
  return `${fields[field]?.[1] ?? product?.name ?? (field || 'The order')} ${message}`
}

/** Says what is wrong beside each field, and the rest beside the button; the first wrong field gets the focus. */
function complain(text, errors) {
  const wrong = errors.filter(({ field }) => fields[field] !== undefined)
  for (const [name, [id, label]] of Object.entries(fields)) {
    const error = wrong.find(({ field }) => field === name)
    byId(id).setAttribute('aria-invalid', String(error !== undefined))
    say(byId(`${id}-wrong`), error === undefined ? '' : `${label} ${error.message}`)
  }
  if (text === '') return byId('trouble').replaceChildren()
  showTrouble(byId('trouble'), text, 'Close', () => byId('trouble').replaceChildren())
  if (wrong.length === 0) return
  const first = byId(fields[wrong[0].field][0])
  first.focus()
  // On a phone the bar, which just grew, would cover it.
  first.scrollIntoView({ block: 'center' })
}

// ---- beginning

for (const id of ['customer', 'email']) {
  byId(id).value = recall(id, byId(id).value)
  byId(id).addEventListener('change', () => remember(id, byId(id).value))
}
byId('order').addEventListener('submit', (event) => {
  event.preventDefault()
  void place()
})
byId('many').addEventListener('click', () => void placeMany())
// Back from an order's page: the basket of then is an order now.
addEventListener('pageshow', ({ persisted }) => persisted && location.reload())
document.addEventListener('visibilitychange', () => !document.hidden && draw())
draw()
void refresh()
