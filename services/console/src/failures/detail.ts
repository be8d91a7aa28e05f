import { type BrokerRecord, hasOutlivedInbox, type Registry, RegistryUnavailable } from '@petrel/messaging/operations'
import { notFound } from '@petrel/pages'
import type { Pool } from 'pg'
import type { ConsoleContext } from '../part.ts'
import { headerKind, maskHeaders, type ShownHeader } from '../pii/headers.ts'
import { asJson } from '../pii/mask.ts'
import { textMask } from '../pii/text.ts'
import { type Edits, editsOf } from './edits.ts'
import { type HistoryEntry, historyOf } from './history.ts'
import { headersOf, type KeptHeaders } from './keptHeaders.ts'
import { type Failure, failureFields } from './list.ts'
import { type ReadBody, readBody } from './readBody.ts'
import { recordAt } from './recordAt.ts'
import { openBody, seenBody } from './seenBody.ts'
import { asTsvector, wordsOf } from './words.ts'

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

export interface LetterRow extends KeptRecord {
  readonly error_message: string
  readonly error_stack: string
  readonly original_topic: string
  readonly original_partition: string
  readonly original_offset: string
  readonly causation_id: string | null
  readonly refused_by: string | null
}

/** What is kept of a letter's record. */
export interface KeptRecord {
  readonly place: string
  readonly topic: string
  readonly partition: number
  readonly kafka_offset: string
  readonly appended_at: Date
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly value_bytes: number | null
  readonly headers: KeptHeaders
}

/** One failure, whole. */
export interface FailureDetail extends Failure {
  readonly body: unknown
  readonly bodyHex: string | null
  readonly bodyProblem: string | null
  /** Whether anything is hidden, in the body or elsewhere. */
  readonly bodyMasked: boolean
  readonly headers: readonly ShownHeader[]
  readonly errorStack: string
  readonly history: readonly HistoryEntry[]
  readonly original: Place
  readonly deadLetter: Place
  /** With which its body was written. */
  readonly schema: unknown
  readonly outlivedInbox: boolean
  /** The failure of the message that somebody has edited, and that became this one. */
  readonly editOf: string | null
  /** The id of the message that somebody has made of it. */
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
export async function recordOf(letter: KeptRecord, { broker }: Pick<ConsoleContext, 'broker'>): Promise<BrokerRecord> {
  const { topic, partition, kafka_offset, key, value, value_bytes, headers, appended_at } = letter
  const place = { topic, partition, offset: BigInt(kafka_offset) }
  const isElsewhere = value === null && value_bytes !== null
  const kept = isElsewhere ? ((await recordAt(place, broker.admin))?.value ?? null) : value
  return { ...place, key, value: kept, headers: headersOf(headers), timestamp: appended_at.getTime() }
}

/** Everything about one failure, as it is: for those who may see what is personal. */
export async function failureDetail(context: ConsoleContext, id: string): Promise<FailureDetail> {
  return (await readDetail(context, id)).detail
}

/** The same without what is personal. */
export async function maskedDetail(context: ConsoleContext, id: string): Promise<FailureDetail> {
  const { detail, body } = await readDetail(context, id)
  const { data, personal, isMasked } = seenBody(body)
  const mask = textMask(personal)
  const masked = {
    ...detail,
    key: detail.key === null ? null : mask(detail.key),
    errorMessage: mask(detail.errorMessage),
    errorStack: mask(detail.errorStack),
    headers: maskHeaders(detail.headers, personal),
    history: detail.history.map((entry) => ({ ...entry, detail: entry.detail === null ? null : mask(entry.detail) })),
    body: data,
    // What nobody can read may be anything.
    bodyHex: null,
  }
  const isAlsoMasked = detail.bodyHex !== null || JSON.stringify(masked) !== JSON.stringify(detail)
  return { ...masked, bodyMasked: isMasked || isAlsoMasked }
}

async function readDetail(context: ConsoleContext, id: string): Promise<{ detail: FailureDetail; body: ReadBody }> {
  const { failure: kept, letter } = await keptFailure(context.pool, id)
  const { identity: _, letter: __, ...failure } = kept
  const [record, history, edits] = await Promise.all([
    recordOf(letter, context),
    historyOf(context.pool, kept),
    editsOf(context.pool, id),
  ])
  const [body, schema] = await Promise.all([
    readBody(context.codec, record.value, failure.foreign),
    schemaOf(context.registry, record.value),
  ])
  if ('data' in body && !failure.decodable) await learnBody(context.pool, id, body)
  return { body, detail: detailOf(context, { failure, letter, record, history, body, schema, edits }) }
}

interface Parts {
  readonly failure: Failure
  readonly letter: LetterRow
  readonly record: BrokerRecord
  readonly history: readonly HistoryEntry[]
  readonly body: ReadBody
  readonly schema: unknown
  readonly edits: Edits
}

function detailOf(context: ConsoleContext, { failure, letter, record, history, body, schema, edits }: Parts): FailureDetail {
  const { traceId, sentAt } = failure
  const { CONSOLE_TRACE_URL } = context.settings
  return {
    ...failure,
    decodable: 'data' in body,
    key: record.key?.toString() ?? null,
    errorMessage: letter.error_message,
    body: 'data' in body ? asJson(body.data) : null,
    bodyHex: 'data' in body ? null : (record.value?.toString('hex') ?? null),
    bodyProblem: 'problem' in body ? body.problem : null,
    bodyMasked: false,
    headers: letter.headers.map(shownHeader),
    errorStack: letter.error_stack,
    history,
    original: { topic: letter.original_topic, partition: Number(letter.original_partition), offset: letter.original_offset },
    deadLetter: { topic: letter.topic, partition: letter.partition, offset: letter.kafka_offset },
    schema,
    outlivedInbox: hasOutlivedInbox(sentAt.toISOString()),
    ...edits,
    traceUrl: traceId === null ? null : (CONSOLE_TRACE_URL?.replaceAll('{traceId}', traceId) ?? null),
  }
}

/** When it failed, the registry did not know its schema. */
async function learnBody(pool: Pool, id: string, body: ReadBody): Promise<void> {
  const { texts, others, personal } = openBody(body)
  const mask = textMask(personal)
  const { rows } = await pool.query<{ error_message: string }>('select error_message from failure where id = $1', [id])
  const errorMessage = mask(rows[0]?.error_message ?? '')
  await pool.query('update failure_search set words = words || $2::tsvector where failure_id = $1', [
    id,
    asTsvector(wordsOf([...texts.map(mask), ...others])),
  ])
  await pool.query('update failure set decodable = true, error_message = $2 where id = $1', [id, errorMessage])
}

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

/** As a page has it. */
export const shownHeader = ([name, value]: KeptHeaders[number]): ShownHeader => ({
  name,
  value: typeof value === 'string' ? value : `0x${value.hex}`,
  kind: headerKind(name),
})
