import type { OutgoingRecord, RecordHeaders } from '../broker/port.ts'
import { sizeOf } from '../broker/size.ts'
import type { Endpoint } from '../definition/endpoint.ts'
import type { Incoming } from '../definition/handler.ts'
import type { Message, MessageDescriptor } from '../definition/message.ts'
import { MessageTooLarge } from '../definition/outcome.ts'
import { avroContentType, ce } from '../headers.ts'
import { topicName } from '../naming.ts'
import { uuid7 } from '../uuid7.ts'
import type { TopicLimits } from './topicLimits.ts'

/** Why a message is produced: because of the message being handled, or (without an id) of something outside the bus. */
export type Cause = Pick<Incoming, 'trace'> & { readonly id?: string; readonly conversationId?: string }

/** An outgoing record, and its `ce_id`. */
export interface EncodedMessage {
  readonly id: string
  readonly record: OutgoingRecord
}

/** @throws InvalidMessage when the data does not fit its schema, MessageTooLarge, Error when the endpoint does not produce it */
export type EncodeMessage = (message: Message, cause: Cause, id?: string) => EncodedMessage

export interface MessageEncoderOptions {
  readonly endpoint: Pick<Endpoint, 'name'>
  readonly prefix: string
  /** The id under which each message type that the endpoint produces is registered, by full name. */
  readonly schemaIds: ReadonlyMap<string, number>
  readonly encode: (type: MessageDescriptor, schemaId: number, data: object) => Buffer
  readonly limits: TopicLimits
}

/** Makes the records of outgoing messages: CloudEvents headers, key, Avro body. */
export function messageEncoder({ endpoint, prefix, schemaIds, encode, limits }: MessageEncoderOptions): EncodeMessage {
  return ({ type, data }, cause, id = uuid7()) => {
    const schemaId = schemaIds.get(type.fullName)
    if (schemaId === undefined)
      throw new Error(`Endpoint "${endpoint.name}" does not produce ${type.fullName}: add it to \`produces\` in its endpoint.ts.`)
    const record: OutgoingRecord = {
      topic: prefix + topicName(type),
      key: String((data as Record<string, unknown>)[type.key]),
      value: encode(type, schemaId, data),
      headers: headersOf(endpoint.name, type, cause, id),
    }
    refuseTooLarge(type, record, limits)
    return { id, record }
  }
}

/** Refused while the handler runs: so the message being handled fails, and its error names what was too large. */
function refuseTooLarge({ fullName }: MessageDescriptor, record: OutgoingRecord, limits: TopicLimits): void {
  if (limits.fits(record)) return
  throw new MessageTooLarge(
    `${fullName} has ${sizeOf(record)} bytes with its headers; ${record.topic} takes at most ${limits.of(record.topic)}. Store the large part elsewhere and send where it is, or raise the topic's max.message.bytes and restart the endpoint.`,
  )
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
    [ce.contentType]: avroContentType,
    ...cause.trace,
  }
}
