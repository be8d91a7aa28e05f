import type { Broker as KafkaNode, Cluster } from 'kafkajs'
import { brokerErrorCode } from './errors.ts'
import { isLed } from './leaderless.ts'
import type { PartitionMetadata } from './leaders.ts'
import type { AnswerModule } from './refusedTopics.ts'

/** UNKNOWN_TOPIC_OR_PARTITION (https://kafka.apache.org/protocol#protocol_error_codes). */
const unknown = 3

interface TopicMetadata {
  readonly topic: string
  readonly topicErrorCode: number
  readonly partitionMetadata: readonly PartitionMetadata[]
}

interface Metadata {
  readonly topicMetadata: readonly TopicMetadata[]
}

const isAbsent = ({ topicErrorCode }: TopicMetadata) => topicErrorCode === unknown

/** What was answered about the topics that are there, by the error that others are not. */
const answers = new WeakMap<object, Metadata>()

/** kafkajs throws the whole answer away when one of the topics is not there. Can go with kafkajs. */
export function keepingAnswer(original: unknown): AnswerModule {
  const module = original as AnswerModule
  return {
    ...module,
    async parse(answer) {
      const { topicMetadata } = answer as Metadata
      if (!topicMetadata.some(isAbsent)) return module.parse(answer)
      // What is wrong with the others comes first.
      const there = topicMetadata.filter((topic) => !isAbsent(topic))
      await module.parse({ ...answer, topicMetadata: there })
      const absent = topicMetadata.filter(isAbsent).map((topic) => ({ ...topic, topicErrorCode: 0, partitionMetadata: [] }))
      return module.parse(answer).catch((error: object) => {
        answers.set(error, { ...answer, topicMetadata: [...there, ...absent] })
        throw error
      })
    },
  }
}

interface BrokerPool {
  createBroker: (options: object) => KafkaNode
  /** Milliseconds. */
  metadataMaxAge: number
}

/** @param partitions of each of the topics that were asked about; none: it is not there */
export type TopicsSeen = (node: KafkaNode, partitions: ReadonlyMap<string, readonly PartitionMetadata[]>) => Promise<void>

/**
 * For a consumer a topic that is not there is one without partitions from now on: kafkajs would end the consumer with all its
 * topics, and no other one could begin.
 * @param cluster the consumer's own, not connected yet
 * @param seen called with each answer about topics, before the consumer goes by it; must not throw
 * @param maxAgeMs how old its knowledge of topics may be; less while one is absent, or a partition has no leader
 */
export function withoutAbsent(
  cluster: Cluster,
  seen: TopicsSeen,
  maxAgeMs: { readonly usual: number; readonly absent: number },
): void {
  const { brokerPool: pool } = cluster as unknown as { readonly brokerPool: BrokerPool }
  const { createBroker } = pool
  pool.metadataMaxAge = maxAgeMs.usual
  pool.createBroker = (options) => {
    const node = createBroker(options)
    const ask = node.metadata.bind(node) as (topics: string[]) => Promise<Metadata>
    const metadata = async (topics: string[]) => {
      const answer = await ask(topics).catch(answerWithoutAbsent)
      const partitions = new Map(answer.topicMetadata.map((each) => [each.topic, each.partitionMetadata]))
      const isWhole = [...partitions.values()].every((those) => those.length > 0 && those.every(isLed))
      pool.metadataMaxAge = isWhole ? maxAgeMs.usual : maxAgeMs.absent
      await seen(node, partitions)
      return answer
    }
    return Object.assign(node, { metadata })
  }
}

function answerWithoutAbsent(error: unknown): Metadata {
  const answer = brokerErrorCode(error) === 'UNKNOWN_TOPIC_OR_PARTITION' ? answers.get(error as object) : undefined
  if (answer === undefined) throw error
  return answer
}
