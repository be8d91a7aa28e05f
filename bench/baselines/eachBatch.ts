// The loop that one writes by hand when it has to be fast: kafkajs eachBatch, and for up to 500 messages one statement (inbox,
// rows, outbox, and away with what the batch before has sent) and one request to the broker. What it leaves out: a message that
// fails stops its partition for ever, nothing is tried again later, nothing waits for a person, a slow batch holds up the next.
import { randomUUID } from 'node:crypto'
import { type EachBatchPayload, Kafka, type KafkaMessage, logLevel, Partitioners } from 'kafkajs'
import { DatabaseError, Pool } from 'pg'
import { avroCodec, confluentRegistry } from '../support.ts'
import { eventHeaders } from '../effectsOnce/headers.ts'
import { OrderPlaced, PlaceOrder } from '../effectsOnce/messages.ts'

const { KAFKA_BROKERS = '', SCHEMA_REGISTRY_URL = '', DATABASE_URL, TOPIC_PREFIX = '' } = process.env
const partitions = 6
const kafka = new Kafka({ brokers: KAFKA_BROKERS.split(','), logLevel: logLevel.ERROR })
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false })
const consumer = kafka.consumer({ groupId: `${TOPIC_PREFIX}bench`, allowAutoTopicCreation: false })
const database = new Pool({ connectionString: DATABASE_URL, max: partitions })
const registry = confluentRegistry({ url: SCHEMA_REGISTRY_URL })
const codec = avroCodec({ registry })
const outTopic = TOPIC_PREFIX + OrderPlaced.topic
const schemaId = await registry.idOf(`${outTopic}-value`, OrderPlaced.schema)
if (schemaId === undefined) throw new Error('bench.OrderPlaced is not registered')

interface Job {
  readonly id: string
  readonly order: PlaceOrder
  readonly event: { readonly key: string; readonly value: Buffer; readonly headers: Record<string, string> }
}

await database.query(`
  create table if not exists inbox (message_id uuid primary key);
  create table if not exists outbox (batch uuid primary key, events text not null);
  alter table outbox alter column events set storage external`)
await producer.connect()
await sendWhatACrashLeft()
await consumer.connect()
await consumer.subscribe({ topic: TOPIC_PREFIX + PlaceOrder.topic, fromBeginning: true })
await consumer.run({ partitionsConsumedConcurrently: partitions, eachBatchAutoResolve: false, eachBatch })

/** Batches that are sent; the next statement deletes their outbox rows. */
let sent: string[] = []

async function eachBatch(payload: EachBatchPayload): Promise<void> {
  const { messages } = payload.batch
  await codec.prepare(messages.map(({ value }) => value))
  for (let at = 0; at < messages.length && payload.isRunning() && !payload.isStale(); at += 500) {
    const taken = messages.slice(at, at + 500)
    await handle(jobsOf(taken))
    payload.resolveOffset(taken.at(-1)?.offset ?? '')
    await payload.heartbeat()
  }
}

/** A message that comes twice in one batch is one job. */
function jobsOf(messages: readonly KafkaMessage[]): Job[] {
  const jobs = new Map<string, Job>()
  for (const message of messages) {
    const id = message.headers?.['ce_id']?.toString() ?? ''
    if (!jobs.has(id)) jobs.set(id, jobOf(id, message))
  }
  return [...jobs.values()]
}

function jobOf(id: string, { headers, value }: KafkaMessage): Job {
  const order = codec.decode(value, PlaceOrder) as PlaceOrder
  const { orderId, customerId, currency, amountCents, placedAt } = order
  const placed = codec.encode(OrderPlaced, schemaId ?? 0, { orderId, customerId, currency, amountCents, placedAt })
  return { id, order, event: { key: orderId, value: placed, headers: eventHeaders(id, headers) } }
}

async function handle(jobs: readonly Job[]): Promise<void> {
  if (jobs.length === 0) return
  const batch = randomUUID()
  try {
    await save(batch, jobs)
  } catch (error) {
    const left = isUniqueViolation(error) ? await withoutHandled(jobs) : jobs
    if (left.length === jobs.length) throw error
    return handle(left)
  }
  await producer.send({ topic: outTopic, acks: -1, messages: jobs.map(({ event }) => event) })
  sent.push(batch)
}

const saveStatement = `
  with handled as (insert into inbox (message_id) select unnest($1::uuid[])),
  placed as (
    insert into orders (order_id, customer_id, currency, amount_cents, placed_at)
    select * from unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::timestamptz[])
  ),
  outgoing as (insert into outbox (batch, events) values ($7, $8))
  delete from outbox where batch = any($9::uuid[])`

async function save(batch: string, jobs: readonly Job[]): Promise<void> {
  const orders = jobs.map(({ order }) => order)
  const done = sent
  sent = []
  const values = [
    jobs.map(({ id }) => id),
    orders.map(({ orderId }) => orderId),
    orders.map(({ customerId }) => customerId),
    orders.map(({ currency }) => currency),
    orders.map(({ amountCents }) => amountCents),
    orders.map(({ placedAt }) => placedAt),
    batch,
    JSON.stringify(jobs.map(({ event }) => ({ ...event, value: event.value.toString('base64') }))),
    done,
  ]
  await database.query({ name: 'save', text: saveStatement, values }).catch((error: unknown) => {
    sent.push(...done)
    throw error
  })
}

const isUniqueViolation = (error: unknown) => error instanceof DatabaseError && error.code === '23505'

/** Asked only when a batch meets a message that was handled before, which is rare: its id or its order is there already. */
async function withoutHandled(jobs: readonly Job[]): Promise<Job[]> {
  const { rows } = await database.query<{ message_id: string }>('select message_id from inbox where message_id = any($1)', [
    jobs.map(({ id }) => id),
  ])
  const handled = new Set(rows.map(({ message_id }) => message_id))
  return jobs.filter(({ id }) => !handled.has(id))
}

async function sendWhatACrashLeft(): Promise<void> {
  const { rows } = await database.query<{ events: string }>('select events from outbox')
  const events = rows.flatMap(
    (row) => JSON.parse(row.events) as { key: string; value: string; headers: Record<string, string> }[],
  )
  const messages = events.map((event) => ({ ...event, value: Buffer.from(event.value, 'base64') }))
  if (messages.length > 0) await producer.send({ topic: outTopic, acks: -1, messages })
  await database.query('truncate outbox')
}
