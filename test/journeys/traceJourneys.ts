import { replay } from '@petrel/messaging/operations'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Exported } from '../support/otlp/readExport.ts'
import type { OtlpReceiver } from '../support/otlp/receiver.ts'
import { services, type Shop, wholeJourney } from '../support/shop.ts'
import { eventually } from '../support/stack.ts'

/** One order is one trace, in a shop that is open and tells this collector. */
export function traceJourneys(theShop: () => Shop, theCollector: () => OtlpReceiver): void {
  describe('the trace of an order', () => {
    let collector: OtlpReceiver
    let shop: Shop
    beforeAll(() => {
      collector = theCollector()
      shop = theShop()
    })

    const traceIdOf = async (orderId: string) =>
      eventually(async () => {
        const { traceId } = await shop.order(orderId)
        if (traceId === null) throw new Error('The order has no trace id yet.')
        return traceId
      })
    const wholeTrace = (traceId: string) =>
      collector.until(() => {
        const spans = collector.trace(traceId)
        return services.every((name) => spans.some(({ service }) => service === name)) ? spans : undefined
      }, `spans of all services in the trace ${traceId}`)

    test('begins with the click, is shown on its page, and has every service in it', async () => {
      const traceId = 'ace0'.repeat(8)
      const response = await fetch(`http://127.0.0.1:${shop.system.ports.clientUi}/api/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-${'ca'.repeat(8)}-02` },
        body: JSON.stringify({ customerId: 'rosa', email: 'rosa@example.org', lines: [{ sku: 'green-tea', quantity: 1 }] }),
      })
      const { orderId } = (await response.json()) as { orderId: string }
      await shop.orderHas(orderId, wholeJourney)

      expect(await traceIdOf(orderId)).toBe(traceId)
      const spans = await wholeTrace(traceId)
      expect(spans.find(({ parentSpanId }) => parentSpanId === 'ca'.repeat(8))).toMatchObject({
        service: 'client-ui',
        name: 'POST /api/orders',
        kind: 'SPAN_KIND_SERVER',
        attributes: { 'http.response.status_code': 202 },
      })
      expect(parentOf(spans, 'payment-gateway', 'POST /charges')).toMatchObject({ service: 'billing', name: 'POST' })
      expect(parentOf(spans, 'payment-gateway', 'insert')).toMatchObject({ service: 'payment-gateway', name: 'POST /charges' })
      expect(parentOf(spans, 'email', 'SMTP').name).toMatch(/^process .*billing.order-billed$/)
    })

    test('is still one when billing has failed for good twice, and was replayed twice', async () => {
      await shop.system.breakService('billing', 'The till is stuck.')
      const orderId = await shop.placeOrder({ customerId: 'lise', email: 'lise@example.org' })
      const traceId = await traceIdOf(orderId)
      await failsForGood()
      await replayBilling()
      await failsForGood()
      await shop.system.mendService('billing')
      await replayBilling()
      await shop.orderHas(orderId, wholeJourney)

      const spans = await wholeTrace(traceId)
      const sent = spans
        .filter(({ name }) => name.startsWith('send '))
        .map(({ attributes }) => String(attributes['messaging.destination.name']))
      expect(sent.filter((topic) => topic.endsWith('billing.dlt'))).toHaveLength(2)
      const tries = spans.filter(
        ({ service, attributes }) => service === 'billing' && attributes['petrel.handler'] === 'OrderPlaced',
      )
      expect(tries.filter(({ attributes }) => attributes['petrel.outcome'] === 'handled')).toHaveLength(1)
      expect(tries.filter(({ failed }) => failed).length).toBeGreaterThan(2)
      const conversations = new Set(spans.flatMap(conversationOf))
      expect(conversations.size).toBe(1)
      const ofTheOrder = collector.spans.filter((span) => conversationOf(span).some((id) => conversations.has(id)))
      expect(new Set(ofTheOrder.map((span) => span.traceId))).toEqual(new Set([traceId]))
    })

    async function failsForGood(): Promise<void> {
      await eventually(async () => expect(await shop.failures('billing')).toHaveLength(1), { withinMs: 60_000 })
    }

    async function replayBilling(): Promise<void> {
      const report = await replay({ endpoint: 'billing', by: 'a person' }, { broker: shop.broker, prefix: shop.system.prefix })
      expect(report.replayed).toBe(1)
    }
  })
}

/** What belongs together, whatever trace it is in; none where a span is of no message. */
const conversationOf = ({ attributes }: Exported): unknown[] => [attributes['messaging.message.conversation_id'] ?? []].flat()

function parentOf(spans: readonly Exported[], service: string, name: string): Exported {
  const child = spans.find((span) => span.service === service && span.name === name)
  const parent = spans.find(({ spanId }) => spanId === child?.parentSpanId)
  if (parent === undefined) throw new Error(`${service} has no "${name}" with a parent in the trace.`)
  return parent
}
