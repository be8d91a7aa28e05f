import { goods } from '../../../services/shopkeeper/src/goods.ts'
import { respond, stopOnSignal } from '../http/serve.ts'
import { neighbourAttemptMs } from '../patience.ts'
import { card } from '../settings.ts'
import { checkout } from './checkout.ts'
import { orderBook } from './orderBook.ts'
import { stepsWith } from './steps.ts'
import { sweep } from './sweep.ts'
import { undoWith } from './undo.ts'

const { database, serving, log, neighbour } = card('sales')
const billing = neighbour('BILLING_URL')
const stock = neighbour('STOCK_URL', neighbourAttemptMs)
const neighbours = {
  stock,
  billing,
  shipping: neighbour('SHIPPING_URL', neighbourAttemptMs),
  loyalty: neighbour('LOYALTY_URL', neighbourAttemptMs),
  email: neighbour('EMAIL_URL', neighbourAttemptMs),
}
const undo = undoWith(stock, billing, log)
const offers = goods.map(({ sku, name, unitCents }) => ({ sku, name, unitCents, currency: 'EUR' }))
const steps = stepsWith(neighbours, undo, log)
const server = await respond({ '/orders': checkout({ offers, book: orderBook(database), steps, log }) }, serving)

const over = new AbortController()
const sweeping = sweep(database, undo, log, over.signal).catch((error: Error) => {
  if (!over.signal.aborted) log.error({ reason: error.message }, 'orders that were left unfinished are not undone')
})
stopOnSignal(server, async () => {
  over.abort()
  await sweeping
  await undo.finished()
  await database.end()
})
