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
}

export const auditHeaders = { [ce.type]: auditTypeName }

/** Makes the records of an audit topic, but for those with entries of an endpoint of ours. Times are written as the numbers that they are here. */
export function auditEncoder({ topic, instance, schemaId }: AuditEncoderOptions): (audit: Audit) => OutgoingRecord {
  const type = avsc.Type.forSchema(auditSchema as unknown as avsc.Schema, { wrapUnions: 'never', omitRecordMethods: true })
  const write = wireWriter()
  return (audit) => ({ topic, key: instance, value: write(schemaId, type, audit), headers: auditHeaders })
}
