import { setTimeout as delay } from 'node:timers/promises'
import { brokerErrorCode } from './errors.ts'

const PASSING = new Set([
  'NOT_LEADER_FOR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'NOT_CONTROLLER',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
  'NOT_COORDINATOR_FOR_GROUP',
])

const isPassing = (error: unknown): boolean =>
  // kafkajs's own name, without a code, for a coordinator that no broker knows of yet.
  PASSING.has(brokerErrorCode(error) ?? '') || (error instanceof Error && error.name === 'KafkaJSGroupCoordinatorNotFound')

/** Brokers do not learn at the same moment of a topic that was just created or deleted, nor of a group's coordinator: tries again for 5 seconds. */
export async function settling<T>(work: () => Promise<T>, tries = 50): Promise<T> {
  for (let left = tries; ; left -= 1) {
    try {
      return await work()
    } catch (error) {
      if (left === 0 || !isPassing(error)) throw error
      await delay(100)
    }
  }
}
