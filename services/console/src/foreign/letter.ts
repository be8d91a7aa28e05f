import { type BrokerRecord, ce, failureHeaders as failure, type Letter, readLetter } from '@petrel/messaging/operations'
import { connectFailed } from './connect.ts'
import type { Failed, ForeignKind } from './failed.ts'
import { firstText } from './headerValues.ts'
import { springFailed } from './spring.ts'
import { ownEndpoint } from './topics.ts'
import { watermillFailed } from './watermill.ts'

/** A dead letter, whoever wrote it. */
export interface ConsoleLetter extends Letter {
  /** Null for Petrel's own. */
  readonly foreign: ForeignKind | null
}

/**
 * What a record of a dead letter topic says. Its headers decide whose it is, since a Spring service may call its topic
 * `orders.dlt` as an endpoint does. It never throws, whatever the record has.
 * @param prefix of Petrel's own topics
 */
export function letterOf(record: BrokerRecord, prefix: string): ConsoleLetter {
  const endpoint = ownEndpoint(record.topic, prefix)
  const isOwn =
    endpoint !== undefined && (firstText(record.headers, failure.errorType) !== undefined || failedOf(record) === undefined)
  if (isOwn) return { ...readLetter(endpoint, record), foreign: null }
  const failed = failedOf(record)
  const { kind, endpoint: whose, topic, ...said } = failed ?? unexplained(record)
  return { ...readLetter(whose, inOurWords(record, { ...said, topic })), refusedBy: topic, foreign: kind }
}

/** What one of the others says about its dead letter; undefined when none of them wrote it. */
export const failedOf = (record: BrokerRecord): Failed | undefined =>
  springFailed(record) ?? connectFailed(record) ?? watermillFailed(record)

const unexplained = ({ topic }: BrokerRecord): Failed => ({
  kind: 'other',
  endpoint: topic,
  errorType: 'Unknown',
  errorMessage: `Nothing in the headers says why this record is in ${topic}, or where it came from. (Kafka Connect says it with errors.deadletterqueue.context.headers.enable.)`,
})

/**
 * The record with what others said about its failure in Petrel's headers. One that this console has sent back has those of its
 * origin already, and stays the same message.
 */
function inOurWords(record: BrokerRecord, said: Omit<Failed, 'kind' | 'endpoint'>): BrokerRecord {
  const { headers } = record
  const { errorType, errorMessage, errorStack, handler, type, attempts = 1n } = said
  const failedAt = new Date(record.timestamp)
  return {
    ...record,
    headers: {
      ...headers,
      ...(firstText(headers, failure.originalTopic) === undefined && originHeaders(said)),
      ...(firstText(headers, ce.id) === undefined && idHeaders(said)),
      ...(type !== undefined && firstText(headers, ce.type) === undefined && { [ce.type]: type }),
      ...sentHeaders(headers, said),
      ...(handler !== undefined && { [failure.handler]: handler }),
      [failure.errorType]: errorType,
      [failure.errorMessage]: errorMessage,
      [failure.errorStack]: errorStack,
      [failure.attempts]: String(attempts),
      ...(!Number.isNaN(failedAt.getTime()) && { [failure.failedAt]: failedAt.toISOString() }),
    },
  }
}

/** Where a record was first appended, in Petrel's headers. */
export function originHeaders({ place }: Pick<Failed, 'place'>): BrokerRecord['headers'] {
  if (place === undefined) return {}
  const { topic, partition, offset, timestamp } = place
  return {
    [failure.originalTopic]: topic,
    [failure.originalPartition]: String(partition),
    [failure.originalOffset]: String(offset),
    ...(timestamp !== undefined && { [failure.originalTimestamp]: String(timestamp) }),
  }
}

/** When it was first appended is when it was sent; a later try does not change that. */
function sentHeaders(headers: BrokerRecord['headers'], { place }: Pick<Failed, 'place'>): BrokerRecord['headers'] {
  const first = Number(firstText(headers, failure.originalTimestamp) ?? place?.timestamp)
  const time = new Date(first)
  if (firstText(headers, ce.time) !== undefined || Number.isNaN(time.getTime())) return {}
  return { [ce.time]: time.toISOString() }
}

/** An id is unique within its source only (CloudEvents), and here that is the topic. */
const idHeaders = ({ id, topic }: Pick<Failed, 'id' | 'topic'>): BrokerRecord['headers'] =>
  id === undefined || topic === undefined ? {} : { [ce.id]: id, [ce.source]: topic }
