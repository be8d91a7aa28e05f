import {
  type BrokerRecord,
  failureHeaders,
  hasOutlivedInbox,
  type Registry,
  RegistryUnavailable,
} from '@petrel/messaging/operations'
import type { Pool } from 'pg'
import { notFound } from '../http/problem.ts'
import type { ConsoleContext } from '../part.ts'
import { type HistoryEntry, historyOf } from './history.ts'
import { headersOf, type KeptHeaders } from './keptHeaders.ts'
import { type Failure, failureFields } from './list.ts'
import { readBody } from './readBody.ts'
import { recordAt } from './recordAt.ts'
import { asTsvector, textsIn, wordsOf } from './words.ts'

/** Where a record is. */
export interface Place {
  readonly topic: string
  readonly partition: number
  readonly offset: string
}

/** A failure with its newest letter. */
export interface KeptFailure {
  readonly failure: Failure & { readonly identity: string; readonly letter: string }
  readonly letter: LetterRow
}

export interface LetterRow {
  readonly place: string
  readonly topic: string
  readonly partition: number
  readonly kafka_offset: string
  readonly appended_at: Date
  readonly error_message: string
  readonly error_stack: string
  readonly original_topic: string
  readonly original_partition: string
  readonly original_offset: string
  readonly causation_id: string | null
  readonly refused_by: string | null
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly value_bytes: number | null
  readonly headers: KeptHeaders
}

export interface ShownHeader {
  readonly name: string
  readonly value: string
  /** `locked`: the library's and CloudEvents' own; `sensitive`: may let somebody in. */
  readonly kind: 'own' | 'locked' | 'sensitive'
}

/** One failure, whole. */
export interface FailureDetail extends Failure {
  readonly body: unknown
  readonly bodyHex: string | null
  readonly bodyProblem: string | null
  readonly bodyMasked: boolean
  readonly headers: readonly ShownHeader[]
  readonly errorStack: string
  readonly history: readonly HistoryEntry[]
  readonly original: Place
  readonly deadLetter: Place
  /** With which its body was written. */
  readonly schema: unknown
  readonly outlivedInbox: boolean
  readonly editOf: string | null
  readonly editedAs: string | null
  readonly traceUrl: string | null
}

/** @throws Problem 404 */
export async function keptFailure(pool: Pool, id: string): Promise<KeptFailure> {
  const failures = await pool.query<KeptFailure['failure']>(
    `select ${failureFields}, identity, letter from failure where id = $1`,
    [id],
  )
  const [failure] = failures.rows
  if (failure === undefined) throw notFound(`There is no failure ${id}. It may have been kept long enough, and is gone.`)
  const letters = await pool.query<LetterRow>('select * from letter where place = $1', [failure.letter])
  const [letter] = letters.rows
  if (letter === undefined) throw new Error(`The letter ${failure.letter} of failure ${id} is missing.`)
  return { failure, letter }
}

/** The record as it was read; a body that was too large to be kept comes from its topic, and is null when it is no longer there. */
export async function recordOf(letter: LetterRow, { broker }: Pick<ConsoleContext, 'broker'>): Promise<BrokerRecord> {
  const { topic, partition, kafka_offset, key, value, value_bytes, headers, appended_at } = letter
  const place = { topic, partition, offset: BigInt(kafka_offset) }
  const isElsewhere = value === null && value_bytes !== null
  const kept = isElsewhere ? ((await recordAt(place, broker.admin))?.value ?? null) : value
  return { ...place, key, value: kept, headers: headersOf(headers), timestamp: appended_at.getTime() }
}

/** Everything about one failure. */
export async function failureDetail(context: ConsoleContext, id: string): Promise<FailureDetail> {
  const { failure: kept, letter } = await keptFailure(context.pool, id)
  const { identity: _, letter: __, ...failure } = kept
  const [record, history] = await Promise.all([recordOf(letter, context), historyOf(context.pool, kept)])
  const [body, schema] = await Promise.all([readBody(context.codec, record.value), schemaOf(context.registry, record.value)])
  if ('data' in body && !failure.decodable) await learnBody(context.pool, id, body.data)
  const { traceId, sentAt } = failure
  const { CONSOLE_TRACE_URL } = context.settings
  return {
    ...failure,
    decodable: 'data' in body,
    errorMessage: letter.error_message,
    body: 'data' in body ? inJson(body.data) : null,
    bodyHex: 'data' in body ? null : (record.value?.toString('hex') ?? null),
    bodyProblem: 'problem' in body ? body.problem : null,
    bodyMasked: false,
    headers: letter.headers.filter(([name]) => !shownElsewhere.has(name)).map(shownHeader),
    errorStack: letter.error_stack,
    history,
    original: { topic: letter.original_topic, partition: Number(letter.original_partition), offset: letter.original_offset },
    deadLetter: { topic: letter.topic, partition: letter.partition, offset: letter.kafka_offset },
    schema,
    outlivedInbox: hasOutlivedInbox(sentAt.toISOString()),
    editOf: null,
    editedAs: null,
    traceUrl: traceId === null ? null : (CONSOLE_TRACE_URL?.replaceAll('{traceId}', traceId) ?? null),
  }
}

/** When it failed, the registry did not know its schema. */
async function learnBody(pool: Pool, id: string, data: object): Promise<void> {
  await pool.query('update failure_search set words = words || $2::tsvector where failure_id = $1', [
    id,
    asTsvector(wordsOf(textsIn(data))),
  ])
  await pool.query('update failure set decodable = true where id = $1', [id])
}

/** Bytes in a body as hex, large numbers as text: JSON has neither. */
const inJson = (data: object): unknown =>
  JSON.parse(
    JSON.stringify(data, function (this: Readonly<Record<string, unknown>>, name: string, value: unknown) {
      const own = this[name]
      if (Buffer.isBuffer(own)) return own.toString('hex')
      return typeof value === 'bigint' ? String(value) : value
    }),
  )

/** The schema whose id is in front of the value; null when there is none, or nobody can say. */
async function schemaOf(registry: Registry, value: Buffer | null): Promise<unknown> {
  if (value === null || value.length < 5 || value[0] !== 0 || value.readInt32BE(1) < 0) return null
  try {
    return (await registry.schemaOf(value.readInt32BE(1))) ?? null
  } catch (error) {
    if (error instanceof RegistryUnavailable || (error instanceof Error && error.name === 'NotAvro')) return null
    throw error
  }
}

const shownElsewhere = new Set<string>([failureHeaders.errorMessage, failureHeaders.errorStack])
const locked = /^(?:ce_|petrel-|traceparent$|tracestate$|content-type$)/
const sensitive = /auth|cookie|token|secret|password|api-?key/i

const shownHeader = ([name, value]: KeptHeaders[number]): ShownHeader => ({
  name,
  value: typeof value === 'string' ? value : value.hex,
  kind: locked.test(name) ? 'locked' : sensitive.test(name) ? 'sensitive' : 'own',
})
