import { respond, stopOnSignal } from '../http/serve.ts'
import { card } from '../settings.ts'
import { releaseStock } from './releaseStock.ts'
import { reserveStock } from './reserveStock.ts'

const { database, serving } = card('stock', process.env)
const responders = { '/reservations': reserveStock(database), '/releases': releaseStock(database) }
stopOnSignal(await respond(responders, serving), () => database.end())
