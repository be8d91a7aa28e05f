import type { OutgoingRecord } from '../broker/port.ts'
import { auditHeaders } from './auditEncoder.ts'
import { AvroWriter } from '../avro/avroWriter.ts'
import { type Handling, writeHandled } from './handledEntry.ts'

export interface EntriesEncoderOptions {
  readonly endpoint: string
  readonly topic: string
  readonly instance: string
  readonly schemaId: number
  /** How large a record's body may be. */
  readonly maxBytes: number
}

/** Makes records with an entry for each message; one, unless the messages are very many or their texts very long. */
export type EncodeEntries = (at: number, lane: string, handlings: readonly Handling[]) => OutgoingRecord[]

/** Nothing is checked before it is written, unlike messages: the library itself has made it, and for every message that is handled. */
export function entriesEncoder({ endpoint, topic, instance, schemaId, maxBytes }: EntriesEncoderOptions): EncodeEntries {
  const writer = new AvroWriter()
  const encode: EncodeEntries = (at, lane, handlings) => {
    writer.begin(schemaId)
    writer.text(endpoint)
    writer.text(instance)
    writer.long(at)
    writer.optionalText(lane)
    writer.array(handlings, (handling) => writeHandled(writer, handling))
    // No heartbeat.
    writer.none()
    const value = writer.take()
    if (value.length <= maxBytes || handlings.length < 2) return [{ topic, key: instance, value, headers: auditHeaders }]
    const middle = Math.ceil(handlings.length / 2)
    return [handlings.slice(0, middle), handlings.slice(middle)].flatMap((half) => encode(at, lane, half))
  }
  return encode
}
