import { setTimeout as sleep } from 'node:timers/promises'
import { type Broker } from '@petrel/messaging/operations'
import { uuid7 } from '@petrel/messaging'
import { bench } from '../effectsOnce/endpoint.ts'
import { PlaceOrder } from '../effectsOnce/messages.ts'
import { avroCodec, confluentRegistry, messageEncoder, subjectName, topicLimits } from '../support.ts'

const everyMs = 10

export interface SteadyOrders {
  /** @returns how many were published */
  stop(): Promise<number>
}

/** Publishes orders at an even rate, whatever becomes of them. */
export async function steadyOrders(
  broker: Broker,
  registryUrl: string,
  prefix: string,
  perSecond: number,
): Promise<SteadyOrders> {
  const encode = await orderEncoder(registryUrl, prefix)
  const stopped = new AbortController()
  const began = performance.now()
  let count = 0
  const publish = async () => {
    while (!stopped.signal.aborted) {
      const due = Math.floor(((performance.now() - began) / 1000) * perSecond)
      await broker.publish(Array.from({ length: due - count }, encode))
      count = due
      await sleep(everyMs)
    }
  }
  const publishing = publish()
  return {
    async stop() {
      stopped.abort()
      await publishing
      return count
    },
  }
}

async function orderEncoder(registryUrl: string, prefix: string) {
  const registry = confluentRegistry({ url: registryUrl })
  const schemaId = await registry.idOf(prefix + subjectName(PlaceOrder), PlaceOrder.schema)
  const schemaIds = new Map([[PlaceOrder.fullName, schemaId ?? 0]])
  const limits = topicLimits(new Map())
  const encode = messageEncoder({ endpoint: bench, prefix, schemaIds, encode: avroCodec({ registry }).encode, limits })
  return () => encode(PlaceOrder(anOrder()), { trace: {} }).record
}

const anOrder = (): PlaceOrder => ({
  orderId: uuid7(),
  customerId: 'ada',
  placedAt: new Date(),
  currency: 'EUR',
  amountCents: 12_945,
  lines: [{ sku: 'green-tea', quantity: 2, unitCents: 1250 }],
})
