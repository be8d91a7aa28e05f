import { randomBytes } from 'node:crypto'
import { uuid7 } from '@petrel/messaging'
import { avroCodec, type confluentRegistry, type kafkajsBroker, messageEncoder, subjectName, topicLimits } from '../support.ts'
import { bench } from './endpoint.ts'
import { PlaceOrder } from './messages.ts'

/** Fills the topic before anybody reads it. One in a hundred comes twice. @param recorded the share of messages whose trace is recorded; without it messages have none */
export async function preload(
  broker: ReturnType<typeof kafkajsBroker>,
  registry: ReturnType<typeof confluentRegistry>,
  prefix: string,
  count: number,
  recorded?: number,
): Promise<void> {
  const type = { ...PlaceOrder }
  const schemaId = await registry.idOf(prefix + subjectName(type), type.schema)
  const encodeMessage = messageEncoder({
    endpoint: bench,
    prefix,
    schemaIds: new Map([[type.fullName, schemaId ?? 0]]),
    encode: avroCodec({ registry }).encode,
    limits: topicLimits(new Map()),
  })
  const records = Array.from({ length: count }, (_, index) => {
    const trace = recorded === undefined ? {} : { traceparent: traceparent(index % (1 / recorded) === 0) }
    return encodeMessage(PlaceOrder(order(index)), { trace }).record
  })
  const withRepeats = records.flatMap((record, index) =>
    index % 100 === 60 ? [record, records[index - 30] ?? record] : [record],
  )
  for (let at = 0; at < withRepeats.length; at += 1000) await broker.publish(withRepeats.slice(at, at + 1000))
}

const traceparent = (isRecorded: boolean) =>
  `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-0${isRecorded ? 1 : 0}`

function order(index: number): PlaceOrder {
  return {
    orderId: uuid7(),
    customerId: `customer-${index % 1000}`,
    placedAt: new Date(),
    currency: 'EUR',
    amountCents: 12_945,
    lines: [
      { sku: `SKU-000${index % 10}`, quantity: 2, unitCents: 1250 },
      { sku: `SKU-100${index % 10}`, quantity: 1, unitCents: 10_445 },
    ],
  }
}
