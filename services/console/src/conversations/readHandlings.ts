import type { HandledOutcome, SagaStep } from '@petrel/messaging/operations'
import type { Pool } from 'pg'
import type { Handling } from './conversation.ts'

interface HandlingRow {
  readonly conversation_id: string
  readonly message_id: string
  readonly source: string
  readonly type: string
  readonly causation_id: string | null
  readonly trace_id: string | null
  readonly key: string | null
  readonly sent_at: Date
  readonly topic: string
  readonly partition: number
  readonly record_offset: string
  readonly original: string | null
  readonly endpoint: string
  readonly instance_id: string | null
  readonly handler: string
  readonly saga: string
  readonly saga_id: string | null
  readonly saga_step: SagaStep | null
  readonly outcome: HandledOutcome
  readonly attempt: number
  readonly error_type: string | null
  readonly at: Date
  readonly started_at: Date
  readonly duration_us: string
}

/** A conversation that has no end is not shown to its end. */
const most = 5_000

/** What endpoints have said about the messages of a conversation, the first ones first. */
export async function readHandlings(pool: Pool, conversationId: string): Promise<Handling[]> {
  return (await handlingsOfEach(pool, [conversationId], most)).get(conversationId) ?? []
}

/** The same of several, of each at most so many. */
export async function handlingsOfEach(pool: Pool, ids: readonly string[], mostOfEach: number): Promise<Map<string, Handling[]>> {
  const { rows } = await pool.query<HandlingRow>(
    `select said.*, audit_route.endpoint, type, topic, handler, saga, instance.id as instance_id
     from unnest($1::text[]) as wanted
       cross join lateral (select * from handled where conversation_id = wanted order by at limit $2) as said
       join audit_route on audit_route.number = said.route
       left join instance on instance.number = said.instance
     order by said.at`,
    [ids, mostOfEach],
  )
  const byConversation = Map.groupBy(rows, (row) => row.conversation_id)
  return new Map([...byConversation].map(([id, own]) => [id, own.map(handlingOf)]))
}

function handlingOf(row: HandlingRow): Handling {
  const delivery = `${row.topic}/${row.partition}/${row.record_offset}`
  return {
    id: row.message_id,
    source: row.source,
    type: row.type === '' ? null : row.type,
    causationId: row.causation_id,
    traceId: row.trace_id,
    key: row.key,
    sentAt: row.sent_at.getTime(),
    ...placeIn(row.original ?? delivery),
    endpoint: row.endpoint,
    delivery,
    instance: row.instance_id,
    handler: row.handler === '' ? null : row.handler,
    saga: row.saga === '' ? null : row.saga,
    sagaId: row.saga_id,
    sagaStep: row.saga_step,
    outcome: row.outcome,
    attempt: row.attempt,
    errorType: row.error_type,
    at: row.at.getTime(),
    startedAt: row.started_at.getTime(),
    durationUs: Number(row.duration_us),
  }
}

/** @param place `<topic>/<partition>/<offset>`: Kafka's topics have no slash in their names */
function placeIn(place: string): Pick<Handling, 'topic' | 'partition' | 'offset'> {
  const [topic = '', partition = '0', offset = '0'] = place.split('/')
  return { topic, partition: Number(partition), offset: BigInt(offset) }
}
