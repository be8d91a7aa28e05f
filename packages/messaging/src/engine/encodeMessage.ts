import type { RecordHeaders } from '../broker/port.ts'
import type { Endpoint } from '../definition/endpoint.ts'
import type { MessageDescriptor } from '../definition/message.ts'
import { ce } from '../headers.ts'
import { topicName } from '../naming.ts'
import { uuid7 } from '../uuid7.ts'
import type { Cause, EncodeMessage } from './effects.ts'

/** Of key and body. Below Kafka's default `max.message.bytes` of 1 MiB, with room for headers: what does not fit must fail where it is made. */
const maxBytes = 900_000

export interface MessageEncoderOptions {
  readonly endpoint: Endpoint
  readonly prefix: string
  /** The id under which each message type that the endpoint says is registered, by full name. */
  readonly schemaIds: ReadonlyMap<string, number>
  readonly encode: (type: MessageDescriptor, schemaId: number, data: object) => Buffer
}

/** Makes the records of outgoing messages: CloudEvents headers, key, Avro body. */
export function messageEncoder({ endpoint, prefix, schemaIds, encode }: MessageEncoderOptions): EncodeMessage {
  return ({ type, data }, cause, id = uuid7()) => {
    const schemaId = schemaIds.get(type.fullName)
    if (schemaId === undefined)
      throw new Error(`Endpoint "${endpoint.name}" does not produce ${type.fullName}: add it to \`produces\` in its endpoint.ts.`)
    const value = encode(type, schemaId, data)
    const key = String((data as Record<string, unknown>)[type.key])
    const size = Buffer.byteLength(key) + value.length
    if (size > maxBytes)
      throw new RangeError(
        `${type.fullName} has ${size} bytes; a message takes at most ${maxBytes}. Store the large part elsewhere and send where it is.`,
      )
    return { id, record: { topic: prefix + topicName(type), key, value, headers: headersOf(endpoint.name, type, cause, id) } }
  }
}

function headersOf(source: string, type: MessageDescriptor, cause: Cause, id: string): RecordHeaders {
  return {
    [ce.specversion]: '1.0',
    [ce.id]: id,
    [ce.type]: type.fullName,
    [ce.source]: source,
    [ce.time]: new Date().toISOString(),
    [ce.conversationId]: cause.conversationId ?? id,
    ...(cause.id !== undefined && { [ce.causationId]: cause.id }),
    [ce.contentType]: 'application/avro',
    ...cause.trace,
  }
}
