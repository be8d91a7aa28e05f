import { errorOfCode } from './errors.ts'

/** TOPIC_AUTHORIZATION_FAILED (https://kafka.apache.org/protocol#protocol_error_codes). */
const refused = 29

/** A module of kafkajs that reads an answer. */
export interface AnswerModule {
  readonly parse: (answer: object) => Promise<object>
}

/** Topic, and the codes of it and of its partitions. */
type TopicCodes = readonly [topic: string, codes: readonly number[]]

interface Partitions<T extends string> {
  readonly partitions: readonly { readonly [key in T]: number }[]
}

/**
 * kafkajs throws the first error of an answer and says of no topic which it is. A person who has to add an ACL needs the name; and
 * of topics that are not there and others that may not be seen, the latter count. Can go with kafkajs.
 */
export const namingRefused =
  <A extends object>(codesIn: (answer: A) => readonly TopicCodes[]) =>
  (original: unknown): AnswerModule => {
    const module = original as AnswerModule
    return {
      ...module,
      async parse(answer) {
        const topics = codesIn(answer as A).flatMap(([topic, codes]) => (codes.includes(refused) ? [topic] : []))
        if (topics.length === 0) return module.parse(answer)
        throw Object.assign(errorOfCode(refused), { topics })
      },
    }
  }

/** Of an error that {@link namingRefused} has thrown, wherever it is among the causes. */
export function refusedTopics(error: unknown): readonly string[] | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if ('topics' in at) return at.topics as string[]
  return undefined
}

interface MetadataAnswer {
  readonly topicMetadata: readonly { readonly topic: string; readonly topicErrorCode: number }[]
}
interface FetchAnswer {
  readonly responses: readonly (Partitions<'errorCode'> & { readonly topicName: string })[]
}
interface ProduceAnswer {
  readonly topics: readonly (Partitions<'errorCode'> & { readonly topicName: string })[]
}

const ofPartitions = ({ topicName, partitions }: FetchAnswer['responses'][number]): TopicCodes => [
  topicName,
  partitions.map(({ errorCode }) => errorCode),
]

/** The modules whose `parse` all versions of an answer share, and what replaces each. */
export const answersNamingRefused: Readonly<Record<string, (original: unknown) => unknown>> = {
  'kafkajs/src/protocol/requests/metadata/v0/response.js': namingRefused<MetadataAnswer>(({ topicMetadata }) =>
    topicMetadata.map(({ topic, topicErrorCode }): TopicCodes => [topic, [topicErrorCode]]),
  ),
  'kafkajs/src/protocol/requests/fetch/v0/response.js': namingRefused<FetchAnswer>(({ responses }) =>
    responses.map(ofPartitions),
  ),
  'kafkajs/src/protocol/requests/produce/v3/response.js': namingRefused<ProduceAnswer>(({ topics }) => topics.map(ofPartitions)),
}
