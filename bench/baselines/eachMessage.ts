// What one writes first: plain kafkajs, a transaction a message, a table as outbox, and a relay that polls it.
import { Kafka, logLevel, Partitioners } from 'kafkajs'
import { Pool, type PoolClient } from 'pg'
import { avroCodec, confluentRegistry } from '../support.ts'
import { eventHeaders } from '../effectsOnce/headers.ts'
import { OrderPlaced, PlaceOrder } from '../effectsOnce/messages.ts'

const { KAFKA_BROKERS = '', SCHEMA_REGISTRY_URL = '', DATABASE_URL, TOPIC_PREFIX = '' } = process.env
const kafka = new Kafka({ brokers: KAFKA_BROKERS.split(','), logLevel: logLevel.ERROR })
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false })
const consumer = kafka.consumer({ groupId: `${TOPIC_PREFIX}bench`, allowAutoTopicCreation: false })
const database = new Pool({ connectionString: DATABASE_URL, max: 10 })
const registry = confluentRegistry({ url: SCHEMA_REGISTRY_URL })
const codec = avroCodec({ registry })
const outTopic = TOPIC_PREFIX + OrderPlaced.topic
const schemaId = await registry.idOf(`${outTopic}-value`, OrderPlaced.schema)
if (schemaId === undefined) throw new Error('bench.OrderPlaced is not registered')

await database.query('create table if not exists inbox (message_id uuid primary key)')
await database.query(
  'create table if not exists outbox (id bigint generated always as identity primary key, key text, value bytea, headers jsonb)',
)
await producer.connect()
await consumer.connect()
await consumer.subscribe({ topic: TOPIC_PREFIX + PlaceOrder.topic, fromBeginning: true })

await consumer.run({
  partitionsConsumedConcurrently: 4,
  eachMessage: async ({ message }) => {
    const id = message.headers?.['ce_id']?.toString() ?? ''
    await codec.prepare([message.value])
    const order = codec.decode(message.value, PlaceOrder) as PlaceOrder
    const client = await database.connect()
    try {
      await client.query('begin')
      const { rowCount } = await client.query('insert into inbox values ($1) on conflict do nothing', [id])
      if (rowCount === 1) await place(client, order, eventHeaders(id, message.headers))
      await client.query('commit')
    } catch (error) {
      await client.query('rollback')
      throw error
    } finally {
      client.release()
    }
  },
})

async function place(client: PoolClient, order: PlaceOrder, headers: Record<string, string>): Promise<void> {
  const { orderId, customerId, currency, amountCents, placedAt } = order
  await client.query(
    'insert into orders (order_id, customer_id, currency, amount_cents, placed_at) values ($1, $2, $3, $4, $5)',
    [orderId, customerId, currency, amountCents, placedAt],
  )
  const value = codec.encode(OrderPlaced, schemaId ?? 0, { orderId, customerId, currency, amountCents, placedAt })
  await client.query('insert into outbox (key, value, headers) values ($1, $2, $3)', [orderId, value, headers])
}

async function relay(): Promise<void> {
  const client = await database.connect()
  try {
    await client.query('begin')
    const { rows } = await client.query<{ id: string; key: string; value: Buffer; headers: Record<string, string> }>(
      'select * from outbox order by id limit 500 for update skip locked',
    )
    if (rows.length > 0) {
      await producer.send({ topic: outTopic, acks: -1, messages: rows })
      await client.query('delete from outbox where id = any($1)', [rows.map(({ id }) => id)])
    }
    await client.query('commit')
    setTimeout(() => void relay(), rows.length > 0 ? 0 : 100)
  } finally {
    client.release()
  }
}
await relay()
