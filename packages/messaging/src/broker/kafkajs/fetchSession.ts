import type { FetchedFrom, FetchToEncode } from './fetchRequest.ts'

/** What one fetch asks for: with a session, only what has changed since the one before. */
export type AskedOfSession = Pick<FetchToEncode, 'sessionId' | 'sessionEpoch' | 'topics' | 'forgottenTopics'>

/** What the broker says of a fetch as a whole. */
export interface AnswerOfSession {
  readonly errorCode: number
  readonly sessionId: number
}

/** Kafka begins again with 1 after it. */
const lastEpoch = 2 ** 31 - 1
/** FETCH_SESSION_ID_NOT_FOUND (https://kafka.apache.org/protocol#protocol_error_codes): the broker has restarted, or needed the room. */
const unknownSession = 70

/**
 * The broker keeps which partitions a consumer fetches, and where each goes on, so that a fetch names only those that are new, that
 * have gone on, or that are not wanted any more. It answers only for those of which there is something to say. When anything is
 * uncertain, the next fetch names all of them, and the broker begins a new session in place of this one
 * (https://cwiki.apache.org/confluence/display/KAFKA/KIP-227%3A+Introduce+Incremental+FetchRequests+to+Increase+Partition+Scalability).
 */
export class FetchSession {
  /** 0 where there is none. */
  #id = 0
  /** Of the next fetch; 0 begins a session. */
  #epoch = 0
  /** Where the broker goes on, by topic and partition. */
  #told = new Map<string, Map<number, string>>()

  /** @param topics all that the consumer wants to fetch */
  next(topics: FetchToEncode['topics']): AskedOfSession {
    if (this.#epoch === 0) this.#told = new Map()
    const news = topics.map(({ topic, partitions }) => ({ topic, partitions: this.#newsOf(topic, partitions) }))
    return {
      sessionId: this.#id,
      sessionEpoch: this.#epoch,
      topics: news.filter(({ partitions }) => partitions.length > 0),
      forgottenTopics: this.#forget(topics),
    }
  }

  answered({ errorCode, sessionId }: AnswerOfSession): void {
    if (errorCode !== 0) return this.lost(errorCode)
    // A broker that has too many sessions answers once, without beginning one.
    if (sessionId === 0) this.#epoch = 0
    else this.#epoch = this.#epoch === lastEpoch ? 1 : this.#epoch + 1
    this.#id = sessionId
  }

  /** A fetch was not answered, or with an error: nobody knows what the broker has understood. */
  lost(errorCode?: number): void {
    this.#epoch = 0
    if (errorCode === unknownSession) this.#id = 0
  }

  #newsOf(topic: string, partitions: readonly FetchedFrom[]): FetchedFrom[] {
    const told = this.#told.get(topic) ?? new Map<number, string>()
    this.#told.set(topic, told)
    const news = partitions.filter(({ partition, fetchOffset }) => told.get(partition) !== fetchOffset)
    for (const { partition, fetchOffset } of news) told.set(partition, fetchOffset)
    return news
  }

  #forget(topics: FetchToEncode['topics']): AskedOfSession['forgottenTopics'] {
    const wanted = new Map(topics.map(({ topic, partitions }) => [topic, partitions]))
    const forgotten = []
    for (const [topic, told] of this.#told) {
      const of = wanted.get(topic) ?? []
      if (told.size === of.length) continue
      const still = new Set(of.map(({ partition }) => partition))
      const partitions = [...told.keys()].filter((partition) => !still.has(partition))
      for (const partition of partitions) told.delete(partition)
      if (told.size === 0) this.#told.delete(topic)
      forgotten.push({ topic, partitions })
    }
    return forgotten
  }
}
