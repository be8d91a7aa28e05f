import { afterAll, beforeAll } from 'vitest'
import { placeOrderScript } from '../charts/placeOrder.ts'
import { type OtlpReceiver, otlpReceiver } from '../support/otlp/receiver.ts'
import { openShop, type Shop } from '../support/shop.ts'
import { cancelJourneys } from './cancelJourneys.ts'
import { logJourneys } from './logJourneys.ts'
import { orderJourneys } from './orderJourneys.ts'
import { traceJourneys } from './traceJourneys.ts'

// The real shop: each service a process of its own, their messages in Kafka, orders and answers by HTTP. It takes its time to
// open, so all who leave it as they found it share one.
let collector: OtlpReceiver
let shop: Shop
beforeAll(async () => {
  collector = await otlpReceiver()
  shop = await openShop({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } })
})
afterAll(async () => {
  await shop?.[Symbol.asyncDispose]()
  await collector?.close()
})

orderJourneys(async () => ({ ...shop, [Symbol.asyncDispose]: async () => {} }))
cancelJourneys(() => shop)
traceJourneys(
  () => shop,
  () => collector,
)
logJourneys(() => shop)
placeOrderScript(() => shop)
