import { keepOnce } from '../books/keepOnce.ts'
import { respond, stopOnSignal } from '../http/serve.ts'
import { card } from '../settings.ts'
import { shipOrder } from './shipOrder.ts'

const { database, serving } = card('shipping', process.env)
const responders = { '/shipments': shipOrder(keepOnce(database, 'shipments')) }
stopOnSignal(await respond(responders, serving), () => database.end())
