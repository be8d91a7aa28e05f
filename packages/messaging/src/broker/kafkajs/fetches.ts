import { createRequire } from 'node:module'
import type { Cluster } from 'kafkajs'
import { type FetchedPartition, withoutAborted } from './fetchedRecords.ts'
import { fetchRequest, type FetchToEncode } from './fetchRequest.ts'
import { type AnswerOfSession, FetchSession } from './fetchSession.ts'

interface Answer extends AnswerOfSession {
  readonly responses: readonly { readonly partitions: FetchedPartition[] }[]
}

/** A broker as a client of kafkajs knows it. */
export interface FetchingNode {
  readonly versions: Readonly<Record<number, { readonly maxVersion: number } | undefined>> | null
  fetch: (this: FetchingNode, request: FetchToEncode) => Promise<Answer>
}

/** https://kafka.apache.org/protocol#protocol_api_keys. kafkajs speaks version 11 where a broker knows it, which is since Kafka 2.3. */
const fetching = { key: 1, version: 11 }
/** As kafkajs has them. */
const networkDelayMs = 100
const aConsumer = -1

const load = createRequire(import.meta.url)
const sessions = new WeakMap<object, FetchSession>()

/**
 * What a consumer fetches goes through a session with each broker.
 * @param cluster the consumer's own, not connected yet
 */
export function withFetchSessions(cluster: Cluster): void {
  const { brokerPool: pool } = cluster as unknown as { readonly brokerPool: { createBroker: (options: object) => object } }
  const { createBroker } = pool
  pool.createBroker = (options) => {
    const node = createBroker(options)
    sessions.set(node, new FetchSession())
    return node
  }
}

/**
 * kafkajs knows no sessions. Its filter, in its consumer, shows some records of aborted transactions: see `withoutAborted`. Can go
 * with kafkajs.
 */
export function patchFetch(prototype: FetchingNode): void {
  const { fetch } = prototype
  const send = sendMethod(prototype)
  const response: unknown = load('kafkajs/src/protocol/requests/fetch/v11/response.js')
  prototype.fetch = async function (this: FetchingNode, request: FetchToEncode) {
    const ask = (asked: FetchToEncode) =>
      send.call(this, { request: fetchRequest(asked), response, requestTimeout: asked.maxWaitTime + networkDelayMs })
    const answer = await (inSession(this, request, ask) ?? fetch.call(this, request))
    for (const partition of answer.responses.flatMap(({ partitions }) => partitions)) {
      partition.messages = withoutAborted(partition)
      partition.abortedTransactions = []
    }
    return answer
  }
}

type Ask = (asked: FetchToEncode) => Promise<Answer>

/** @returns undefined for what is fetched past a consumer, and where the broker is old */
function inSession(node: FetchingNode, request: FetchToEncode, ask: Ask): Promise<Answer> | undefined {
  const session = sessions.get(node)
  const knowsSessions = (node.versions?.[fetching.key]?.maxVersion ?? 0) >= fetching.version
  return session === undefined || !knowsSessions ? undefined : askInSession(session, request, ask)
}

/** Where the session is lost, the answer has nothing in it: the next fetch asks for everything. */
async function askInSession(session: FetchSession, request: FetchToEncode, ask: Ask): Promise<Answer> {
  try {
    const answer = await ask({ ...request, ...session.next(request.topics), replicaId: aConsumer })
    session.answered(answer)
    return answer
  } catch (error) {
    session.lost()
    throw error
  }
}

/** Its name is a symbol, which is not exported. */
function sendMethod(prototype: object): (this: FetchingNode, request: object) => Promise<Answer> {
  const name = Object.getOwnPropertySymbols(prototype).find(({ description }) => description === 'private:Broker:sendRequest')
  const send = name === undefined ? undefined : (prototype as Readonly<Record<symbol, unknown>>)[name]
  if (typeof send !== 'function') throw new Error('This is not kafkajs 2.2.4: its broker has no sendRequest.')
  return send as (this: FetchingNode, request: object) => Promise<Answer>
}
