import { goods } from '../../../services/shopkeeper/src/goods.ts'
import { respond, stopOnSignal } from '../http/serve.ts'
import { neighbourAttemptMs } from '../patience.ts'
import { card } from '../settings.ts'
import { checkout } from './checkout.ts'
import { orderBook } from './orderBook.ts'
import { stepsWith } from './steps.ts'
import { sweep } from './sweep.ts'
import { undoWith } from './undo.ts'

const { database, serving, log, neighbour } = card('sales', process.env)
const neighbours = {
  stock: neighbour('STOCK_URL', neighbourAttemptMs),
  // Billing waits for the gateway: as long as the customer does.
  billing: neighbour('BILLING_URL'),
  shipping: neighbour('SHIPPING_URL', neighbourAttemptMs),
  loyalty: neighbour('LOYALTY_URL', neighbourAttemptMs),
  email: neighbour('EMAIL_URL', neighbourAttemptMs),
}
const book = orderBook(database)
const undo = undoWith(neighbours, book, log)
const offers = goods.map(({ sku, name, unitCents }) => ({ sku, name, unitCents, currency: 'EUR' }))
const responders = { '/orders': checkout({ offers, book, steps: stepsWith(neighbours, log), undo }) }
const server = await respond(responders, serving)

const over = new AbortController()
const sweeping = sweep(book, undo, log, over.signal).catch((error: Error) => {
  if (!over.signal.aborted) log.error({ reason: error.message }, 'what the process before has left is not undone')
})
stopOnSignal(server, async () => {
  over.abort()
  await sweeping
  await undo.finished()
  await database.end()
})
