import { openTracing, tracingSettings } from '@petrel/messaging'
import { expect, test } from 'vitest'
import { otlpReceiver } from '../../../../test/support/otlp/receiver.ts'
import { quiet, startFakeShop } from '../testing/fakeShop.ts'

const order = { customerId: 'ada', email: 'ada@example.com', lines: [{ sku: 'green-tea', quantity: 2 }] }
const [traceId, click] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331']

const place = async (url: string, headers: Record<string, string>) => {
  const response = await fetch(`${url}/api/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(order),
  })
  const { orderId } = (await response.json()) as { orderId: string }
  return (await (await fetch(`${url}/api/orders/${orderId}`)).json()) as { traceId: string | null }
}

async function tracedShop(environment: Record<string, string> = {}) {
  const receiver = await otlpReceiver()
  const settings = tracingSettings.parse({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...environment })
  const tracing = await openTracing('client-ui', settings, quiet)
  const shop = await startFakeShop({ spans: tracing.spans })
  return {
    url: shop.url,
    async spans() {
      await tracing.close()
      return receiver.spans
    },
    async [Symbol.asyncDispose]() {
      await shop.close()
      await receiver.close()
    },
  }
}

test('an order continues the trace of the click, and its page knows the trace', async () => {
  await using shop = await tracedShop()
  expect(await place(shop.url, { traceparent: `00-${traceId}-${click}-02` })).toMatchObject({ traceId })
  expect(await shop.spans()).toMatchObject([
    {
      service: 'client-ui',
      name: 'POST /api/orders',
      kind: 'SPAN_KIND_SERVER',
      traceId,
      parentSpanId: click,
      attributes: { 'http.request.method': 'POST', 'http.route': '/api/orders', 'http.response.status_code': 202 },
    },
  ])
})

test('a browser that asks to be recorded is not, where the sampler says no', async () => {
  await using shop = await tracedShop({ OTEL_TRACES_SAMPLER: 'parentbased_always_off' })
  expect(await place(shop.url, { traceparent: `00-${traceId}-${click}-01` })).toMatchObject({ traceId })
  expect(await shop.spans()).toEqual([])
})

test('where nothing is traced an order has no trace', async () => {
  await using shop = await startFakeShop()
  expect(await place(shop.url, { traceparent: `00-${traceId}-${click}-01` })).toMatchObject({ traceId: null })
})
