import avsc from 'avsc'
import type { OutgoingRecord } from '../broker/port.ts'
import { wireWriter } from '../codec/wire.ts'
import { ce } from '../headers.ts'
import type { Audit } from './audit.ts'
import { auditSchema, auditTypeName } from './schema.ts'

export interface AuditEncoderOptions {
  readonly topic: string
  /** Key of all records: those of one process are in order. */
  readonly instance: string
  readonly schemaId: number
  /** How large a record's body may be. */
  readonly maxBytes: number
}

/** Makes the records of an audit topic; one, unless its messages are very many or their texts very long. */
export type EncodeAudit = (audit: Audit) => OutgoingRecord[]

const headers = { [ce.type]: auditTypeName }

/**
 * Nothing is checked before it is written, unlike messages: the library itself has made it, and for every message that is
 * handled. Times are written as the numbers that they are here.
 */
export function auditEncoder({ topic, instance, schemaId, maxBytes }: AuditEncoderOptions): EncodeAudit {
  const type = avsc.Type.forSchema(auditSchema as unknown as avsc.Schema, { wrapUnions: 'never', omitRecordMethods: true })
  const write = wireWriter()
  const encode: EncodeAudit = (audit) => {
    const value = write(schemaId, type, audit)
    if (value.length <= maxBytes || audit.messages.length < 2) return [{ topic, key: instance, value, headers }]
    const middle = Math.ceil(audit.messages.length / 2)
    return [audit.messages.slice(0, middle), audit.messages.slice(middle)].flatMap((messages) => encode({ ...audit, messages }))
  }
  return encode
}
