import { afterAll, beforeAll } from 'vitest'
import { allServices } from '../../deploy/local/processes/serviceProcess.ts'
import { PETREL } from '../../deploy/local/shop/connections.ts'
import { placeOrderScript } from '../charts/placeOrder.ts'
import { type OwnStack, startOwnStack } from '../support/oneStack.ts'
import { type OtlpReceiver, otlpReceiver } from '../support/otlp/receiver.ts'
import { openShop, type Shop } from '../support/shop.ts'
import { cancelJourneys } from './cancelJourneys.ts'
import { logJourneys } from './logJourneys.ts'
import { orderJourneys } from './orderJourneys.ts'
import { traceJourneys } from './traceJourneys.ts'

// The same journeys where all doors are closed: Kafka and PostgreSQL with TLS and SCRAM, the registry behind TLS and a password,
// and each service allowed what its endpoint says.
let own: OwnStack
let collector: OtlpReceiver
let shop: Shop
beforeAll(async () => {
  ;[own, collector] = await Promise.all([startOwnStack({ users: [...allServices(), PETREL] }), otlpReceiver()])
  shop = await openShop({ addresses: own.stack, env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } })
}, 300_000)
afterAll(async () => {
  await shop?.[Symbol.asyncDispose]()
  await collector?.close()
  await own?.remove()
})

orderJourneys(async () => ({ ...shop, [Symbol.asyncDispose]: async () => {} }))
cancelJourneys(() => shop)
traceJourneys(
  () => shop,
  () => collector,
)
logJourneys(() => shop)
placeOrderScript(() => shop)
