import { keepOnce } from '../books/keepOnce.ts'
import { respond, stopOnSignal } from '../http/serve.ts'
import { gatewayAttemptMs } from '../patience.ts'
import { card } from '../settings.ts'
import { chargeCard, giveBack } from './chargeCard.ts'

const { database, serving, neighbour } = card('billing', process.env)
const gateway = neighbour('PAYMENT_GATEWAY_URL', gatewayAttemptMs)
const responders = { '/charges': chargeCard(gateway, keepOnce(database, 'invoices')), '/refunds': giveBack(gateway) }
stopOnSignal(await respond(responders, serving), () => database.end())
