import { auditTypeName } from '../../audit/schema.ts'
import type { OutgoingRecord } from '../../broker/port.ts'
import { ce } from '../../headers.ts'

export const isAudit = ({ headers }: Pick<OutgoingRecord, 'headers'>): boolean => headers[ce.type] === auditTypeName
