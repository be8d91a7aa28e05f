import { unavailable } from '@petrel/pages'
import { orderRequests } from '../../../services/client-ui/src/http/orderRequest.ts'
import { readPage } from '../../../services/client-ui/src/http/page.ts'
import { shopProblems } from '../../../services/client-ui/src/http/problem.ts'
import { goods } from '../../../services/shopkeeper/src/goods.ts'
import { Refused } from '../http/refused.ts'
import { failOnPurpose, listen, mostAtOnce, shedLoad, stopOnSignal } from '../http/serve.ts'
import { card } from '../settings.ts'
import { frontRoutes } from './app.ts'
import { ordersIn } from './orders.ts'
import { placeOrder } from './placeOrder.ts'

const { database, serving, log, hasKeys, neighbour } = card('client-ui', process.env)
const orders = ordersIn(database)
const check = orderRequests((sku) => goods.some((product) => product.sku === sku))
const place = placeOrder({ sales: neighbour('SALES_URL'), orders, check, hasKeys })
// Only orders are turned away: who looks at the page asks nobody else for anything.
const shed = shedLoad(mostAtOnce)
const placeIfThereIsRoom: typeof place = async (ctx) => {
  await shed(ctx, () => place(ctx)).catch((error: unknown) => {
    throw error instanceof Refused
      ? unavailable('The shop is full', 'There are too many orders at once. Send the same request again.')
      : error
  })
}
const routes = frontRoutes(placeIfThereIsRoom, orders, await readPage()).routes()
const server = await listen([shopProblems(log), failOnPurpose(serving.faultFile), routes], serving)
stopOnSignal(server, () => database.end())
