import type { AvroSchema } from '@petrel/messaging'
import { type BrokerRecord, NotAvro } from '@petrel/messaging/operations'
import { Problem } from '@petrel/pages'
import { shapeOf } from '../avro/shape.ts'
import { type KeptFailure, keptFailure, recordOf, shownHeader } from '../failures/detail.ts'
import type { ConsoleContext } from '../part.ts'
import { maskHeaders, type ShownHeader } from '../pii/headers.ts'
import { masked } from '../pii/mask.ts'
import { blankOf } from './blank.ts'

/** A message as a person edits it. */
export interface Editable {
  /** The newest of its topic: endpoints that are deployed read it. */
  readonly schema: AvroSchema
  /** In that schema's version, with what is personal hidden. A new one, when the message cannot be read. */
  readonly body: unknown
  readonly headers: readonly ShownHeader[]
}

/** The same, and what it was made of. */
export interface EditedFrom extends Editable, KeptFailure {
  readonly schemaId: number
  readonly record: BrokerRecord
  /** Its body as it is; undefined when it cannot be read. */
  readonly original: object | undefined
}

/** @throws Problem 404; 409 when such a message cannot be edited here, RegistryUnavailable */
export async function editableMessage(context: ConsoleContext, id: string): Promise<EditedFrom> {
  const kept = await keptFailure(context.pool, id)
  const { failure, letter } = kept
  if (failure.foreign !== null)
    throw cannot('It is a dead letter of others, who read its topic as well. Replay it, or archive it.')
  if (letter.refused_by !== null)
    throw cannot(
      `${failure.endpoint} had produced it, and ${letter.refused_by} refused it: the endpoint does not handle it itself.`,
    )
  const record = await recordOf(letter, context)
  const { id: schemaId, schema } = await currentSchema(context, letter.original_topic, record.value)
  const original = await readAs(context, record.value, schemaId)
  const { data, personal } = masked(original ?? blankOf(shapeOf(schema)), schema)
  const headers = maskHeaders(letter.headers.map(shownHeader), personal)
  return { ...kept, record, schemaId, schema, original, body: data, headers }
}

const cannot = (detail: string) => new Problem({ status: 409, title: 'This message cannot be edited', detail })

async function currentSchema({ registry }: ConsoleContext, topic: string, value: Buffer | null) {
  try {
    const latest = await registry.latestOf(`${topic}-value`)
    if (latest !== undefined) return latest
    const id = value !== null && value.length > 5 && value[0] === 0 ? value.readInt32BE(1) : -1
    const schema = id < 0 ? undefined : await registry.schemaOf(id)
    if (schema !== undefined) return { id, schema }
  } catch (error) {
    if (!(error instanceof NotAvro)) throw error
    throw cannot(`The schema of ${topic} is not Avro: ${error.message}`)
  }
  throw cannot(`The registry has no schema for ${topic}: nobody knows what a message there looks like.`)
}

async function readAs({ codec }: ConsoleContext, value: Buffer | null, schemaId: number): Promise<object | undefined> {
  try {
    return await codec.decodeAs(value, schemaId)
  } catch (error) {
    if (error instanceof Error && (error.name === 'Undecodable' || error.name === 'UnknownSchema')) return undefined
    throw error
  }
}
