import type { IHeaders } from 'kafkajs'
import { uuid7 } from '@petrel/messaging'
import { OrderPlaced } from './messages.ts'

/** The headers with which Petrel publishes the event, so that loops written by hand do the same work. */
export function eventHeaders(causationId: string, incoming: IHeaders | undefined): Record<string, string> {
  const conversationId = incoming?.['ce_conversationid']?.toString() ?? causationId
  return {
    ce_specversion: '1.0',
    ce_id: uuid7(),
    ce_type: OrderPlaced.fullName,
    ce_source: 'bench',
    ce_time: new Date().toISOString(),
    ce_conversationid: conversationId,
    ce_causationid: causationId,
    'content-type': 'application/avro',
  }
}
