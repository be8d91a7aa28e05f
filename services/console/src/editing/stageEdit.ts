import { createHash, randomUUID } from 'node:crypto'
import { InvalidMessage, uuid7 } from '@petrel/messaging'
import { Problem } from '@petrel/pages'
import type { PoolClient } from 'pg'
import { shapeOf } from '../avro/shape.ts'
import { failureId } from '../failures/identity.ts'
import type { KeptHeaders } from '../failures/keptHeaders.ts'
import { lockEndpoints, replayChange, requested } from '../failures/refreshFailures.ts'
import { badRequest, type FieldError } from '../http/problem.ts'
import type { ConsoleContext } from '../part.ts'
import type { Batch } from '../reading/port.ts'
import { transaction } from '../store/transaction.ts'
import { type EditedFrom, editableMessage } from './editable.ts'
import { editedHeaders } from './editedHeaders.ts'
import { fromJson } from './fromJson.ts'
import { keepUnchanged } from './keepUnchanged.ts'

export interface EditRequest {
  readonly failureId: string
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Chosen by who asks: the same request again is no second message. */
  readonly requestId?: string | undefined
}

export interface StagedEdit {
  readonly replayId: string
  /** Of the new message. */
  readonly messageId: string
}

/** What is sent. */
interface Content {
  readonly key: Buffer | null
  readonly value: Buffer
  readonly headers: KeptHeaders
}

/** An edit without a mistake. */
export interface CheckedEdit {
  readonly from: EditedFrom
  readonly content: Content
  readonly requestId: string
  /** Of what was asked for. */
  readonly hash: string
}

/** Checks what somebody has made of a message. @throws Problem 404, 409; 422 with a place for each mistake */
export async function checkEdit(context: ConsoleContext, request: EditRequest): Promise<CheckedEdit> {
  const { failureId: id, body, headers, requestId = randomUUID() } = request
  const from = await editableMessage(context, id)
  const hash = createHash('sha256')
    .update(JSON.stringify([id, body, headers]))
    .digest('hex')
  return { from, content: await contentOf(context, from, request), requestId, hash }
}

/** Writes an edit down; a worker sends it, to the endpoint where the message failed and to nobody else. @throws Problem 409 */
export const stageEdit = ({ pool }: ConsoleContext, edit: CheckedEdit, by: string): Promise<StagedEdit> =>
  transaction(pool, async (batch) => {
    const { failure } = edit.from
    await lockEndpoints(batch.tx, [failure.endpoint])
    const before = await stagedBefore(batch.tx, edit)
    if (before !== undefined) return before
    await requireUnresolved(batch.tx, failure.id)
    return stage(batch, edit, by)
  })

async function contentOf(context: ConsoleContext, from: EditedFrom, { body, headers }: EditRequest): Promise<Content> {
  const { schema, original, body: shown, letter, record } = from
  const made = fromJson(original === undefined ? body : keepUnchanged(body, shown, original), shapeOf(schema), '/body')
  const kept = editedHeaders(letter.headers, from.headers, headers)
  const data = 'value' in made ? (made.value as Readonly<Record<string, unknown>>) : {}
  const keyName = typeof schema === 'object' && 'key' in schema && typeof schema.key === 'string' ? schema.key : undefined
  const key = keyName === undefined ? undefined : data[keyName]
  const errors: FieldError[] = [
    ...('errors' in made ? made.errors : []),
    ...('errors' in kept ? kept.errors : []),
    ...('value' in made && keyName !== undefined && (typeof key !== 'string' || key === '')
      ? [{ path: `/body/${keyName}`, message: 'is empty, but it is the record’s key: it decides the order of messages' }]
      : []),
  ]
  if ('errors' in kept || errors.length > 0) throw badRequest(errors, 422)
  return {
    key: typeof key === 'string' ? Buffer.from(key) : record.key,
    value: await encoded(context, from.schemaId, data),
    headers: kept.headers,
  }
}

async function encoded({ codec }: ConsoleContext, schemaId: number, data: object): Promise<Buffer> {
  try {
    return await codec.encodeAny(schemaId, data)
  } catch (error) {
    if (error instanceof InvalidMessage) throw badRequest([{ path: '/body', message: error.message }], 422)
    throw error
  }
}

async function stagedBefore(tx: PoolClient, { requestId, hash }: CheckedEdit): Promise<StagedEdit | undefined> {
  const { rows } = await tx.query<StagedEdit & { hash: string }>(
    'select replay_id as "replayId", message_id as "messageId", request_hash as hash from edit where request_id = $1',
    [requestId],
  )
  const [before] = rows
  if (before === undefined) return undefined
  if (before.hash !== hash)
    throw new Problem({
      status: 409,
      title: 'This request was used for something else',
      detail: `Message ${before.messageId} was sent with this requestId and another body. Take a new one for another message.`,
    })
  return { replayId: before.replayId, messageId: before.messageId }
}

async function requireUnresolved(tx: PoolClient, id: string): Promise<void> {
  const { rows } = await tx.query<{ state: string }>('select state from failure where id = $1', [id])
  const state = rows[0]?.state
  if (state === 'unresolved') return
  throw new Problem({
    status: 409,
    title: 'It does not wait any more',
    detail: `Its state is ${state ?? 'unknown'}: only what is unresolved can be edited and replayed. Somebody may have done something about it meanwhile.`,
  })
}

async function stage({ tx, changed }: Batch, { from, content, requestId, hash }: CheckedEdit, by: string): Promise<StagedEdit> {
  const { failure } = from
  const { key, value, headers } = content
  const [replayId, messageId] = [uuid7(), uuid7()]
  await tx.query('insert into replay (id, by, rate_per_second, total) values ($1, $2, 100, 1)', [replayId, by])
  await tx.query(
    `insert into edit (replay_id, request_id, request_hash, failure_id, message_id, becomes, key, value, headers)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      replayId,
      requestId,
      hash,
      failure.id,
      messageId,
      failureId(failure.endpoint, failure.source, messageId),
      key,
      value,
      JSON.stringify(headers),
    ],
  )
  await tx.query('insert into replay_item (replay_id, failure_id, number) values ($1, $2, 1)', [replayId, failure.id])
  await tx.query(`update failure set ${requested} where id = $1`, [failure.id])
  for (const event of ['summary', 'groups', 'failures'] as const) changed({ event, data: {} })
  changed(replayChange({ id: replayId, state: 'running', total: 1, sent: 0, resolved: 0, failed: 0 }))
  return { replayId, messageId }
}
