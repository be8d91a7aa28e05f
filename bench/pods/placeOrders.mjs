// Run in a pod with the image of client-ui: hands COUNT orders to Kafka, past the page, which would take minutes.
import { PlaceOrder } from '@petrel/contracts'
import { uuid7 } from '@petrel/messaging'

const library = '/app/packages/messaging/src'
const { kafkajsBroker } = await import(`${library}/broker/kafkajs/broker.ts`)
const { avroCodec } = await import(`${library}/codec/codec.ts`)
const { messageEncoder } = await import(`${library}/engine/encodeMessage.ts`)
const { topicLimits } = await import(`${library}/engine/topicLimits.ts`)
const { silentLog } = await import(`${library}/log.ts`)
const { subjectName } = await import(`${library}/naming.ts`)
const { confluentRegistry } = await import(`${library}/registry/confluent.ts`)

const { KAFKA_BROKERS, SCHEMA_REGISTRY_URL, COUNT } = process.env
const atOnce = 500

const registry = confluentRegistry({ url: SCHEMA_REGISTRY_URL })
const id = await registry.idOf(subjectName(PlaceOrder), PlaceOrder.schema)
if (id === undefined)
  throw new Error(`${subjectName(PlaceOrder)} is not registered: is the shop installed, without a topic prefix?`)
const { encode } = avroCodec({ registry })
const schemaIds = new Map([[PlaceOrder.fullName, id]])
const encodeMessage = messageEncoder({
  endpoint: { name: 'bench' },
  prefix: '',
  schemaIds,
  encode,
  limits: topicLimits(new Map()),
})
const broker = kafkajsBroker({ brokers: [KAFKA_BROKERS], clientId: 'bench', log: silentLog })

for (let first = 0; first < Number(COUNT); first += atOnce) {
  const numbers = Array.from({ length: Math.min(atOnce, Number(COUNT) - first) }, (_, n) => first + n)
  await broker.publish(numbers.map((number) => encodeMessage(order(number), { trace: {} }).record))
}
await broker.close()

/** Of a hundred customers; both products in every other order. */
function order(number) {
  const customerId = `customer-${number % 100}`
  const tea = { sku: 'green-tea', quantity: 1 }
  const cup = { sku: 'storm-cup', quantity: 1 }
  const lines = [[tea], [tea, cup], [cup], [cup, tea]][number % 4]
  return PlaceOrder({ orderId: uuid7(), customerId, email: `${customerId}@example.org`, lines, acceptedAt: new Date() })
}
