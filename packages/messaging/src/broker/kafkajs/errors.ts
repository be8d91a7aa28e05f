import { createRequire } from 'node:module'
import { NotAllowed, NotLetIn } from '../../connections/notLetIn.ts'
import { BrokerUnavailable, TopicMissing, TopicUnavailable } from '../port.ts'

/** The name of the error code the broker answered with (https://kafka.apache.org/protocol#protocol_error_codes), or undefined when it did not answer. */
export function brokerErrorCode(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('type' in cause && typeof cause.type === 'string') return cause.type
  }
  return undefined
}

const GONE = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENOTFOUND', 'EAI_AGAIN'])

/** Whether a broker's process or host is not there; not when it hangs, or does not let us in. */
export function isGone(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if ('code' in cause && typeof cause.code === 'string') return GONE.has(cause.code)
  return false
}

/** What kafkajs throws when the broker answers with this code. */
export function errorOfCode(code: number): Error {
  const load = createRequire(import.meta.url)
  const { createErrorFromCode } = load('kafkajs/src/protocol/error.js') as { createErrorFromCode: (code: number) => Error }
  return createErrorFromCode(code)
}

/** Whether the broker does not allow what it was asked for: an ACL is missing. */
export const isRefused = (error: unknown): boolean => brokerErrorCode(error)?.endsWith('_AUTHORIZATION_FAILED') ?? false

/** What is wrong with one topic, or with one of its partitions. */
const TOPIC_FAULTS = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'TOPIC_AUTHORIZATION_FAILED',
  'INVALID_TOPIC_EXCEPTION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
])

const notEnough = 'fewer copies are in sync than min.insync.replicas demands; it goes on when enough brokers are back'

const HINTS: Record<string, string> = {
  LEADER_NOT_AVAILABLE: 'a partition has no leader: the brokers with its copies are away; it goes on when one is back',
  UNKNOWN_TOPIC_OR_PARTITION: 'a topic does not exist; `petrel deploy` creates the topics',
  NOT_ENOUGH_REPLICAS: notEnough,
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: notEnough,
  TOPIC_AUTHORIZATION_FAILED: 'a topic may not be used by this user',
  GROUP_AUTHORIZATION_FAILED: 'the group may not be used by this user',
}

export function unavailable(what: string, error: unknown): BrokerUnavailable {
  if (error instanceof BrokerUnavailable) return error
  const code = brokerErrorCode(error)
  const Unavailable =
    code === 'UNKNOWN_TOPIC_OR_PARTITION' ? TopicMissing : TOPIC_FAULTS.has(code ?? '') ? TopicUnavailable : BrokerUnavailable
  if (error instanceof NotAllowed) return new Unavailable(`${what}: ${error.message}`, { cause: error })
  if (error instanceof NotLetIn) return new BrokerUnavailable(`${what}: ${error.message}`, { cause: error })
  const why = code === undefined ? messageOf(error) : (HINTS[code] ?? `${code}: ${messageOf(error)}`)
  return new Unavailable(`${what}: ${why}`, { cause: error })
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
