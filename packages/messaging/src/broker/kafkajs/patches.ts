import { createRequire } from 'node:module'
import { keepingAnswer } from './absentTopics.ts'
import { crc32c } from './crc32c.ts'
import { type ConnectionPool, joinOnOwnConnection, type LoggedIn, logInAgainInTime } from './connectionPool.ts'
import { callHooks, type ConsumerGroup } from './consumerHooks.ts'
import { isRefused } from './errors.ts'
import { fetchAnswerDecoder } from './fetchAnswer.ts'
import { type DecodeMessages, decodingBatches } from './fetchedRecords.ts'
import { type FetchingNode, patchFetch } from './fetches.ts'
import { fetchRequest } from './fetchRequest.ts'
import { failWhereLeaderless, type FindsLeaders, keepingLeaderless } from './leaderless.ts'
import { findLeadersAtOnce, type FindsNodes } from './leaders.ts'
import { type KeepsOffsets, keepOffsetsAsText } from './nextOffsets.ts'
import { produceRequest } from './produceRequest.ts'
import type { DecodeBatch } from './recordBatches.ts'
import { decodeRecord } from './recordDecoding.ts'
import { encodeRecord } from './recordEncoding.ts'
import { type AnswerModule, answersNamingRefused } from './refusedTopics.ts'
import { type RequestQueue, restIdleQueues, timeOutWhenDue } from './requestQueue.ts'

interface BrokerPool {
  withBroker: (this: BrokerPool, use: (given: object) => Promise<unknown>) => Promise<unknown>
}

const load = createRequire(import.meta.url)
let patched = false

/** Idempotent. Touches prototypes of kafkajs 2.2.4; consumers without hooks behave as before. */
export function patchKafkajs(): void {
  if (patched) return
  patched = true
  const queue = prototypeOf('kafkajs/src/network/requestQueue/index.js') as RequestQueue
  restIdleQueues(queue)
  timeOutWhenDue(queue)
  joinOnOwnConnection(prototypeOf('kafkajs/src/network/connectionPool.js') as ConnectionPool)
  logInAgainInTime(prototypeOf('kafkajs/src/network/connection.js') as LoggedIn)
  throwRefused(prototypeOf('kafkajs/src/cluster/brokerPool.js') as BrokerPool)
  const group = prototypeOf('kafkajs/src/consumer/consumerGroup.js')
  callHooks(group as ConsumerGroup)
  findLeadersAtOnce(group as FindsNodes)
  failWhereLeaderless(prototypeOf('kafkajs/src/cluster/index.js') as FindsLeaders)
  keepOffsetsAsText(prototypeOf('kafkajs/src/consumer/offsetManager/index.js') as KeepsOffsets)
  replace('kafkajs/src/protocol/recordBatch/record/v0/index.js', () => encodeRecord)
  replace('kafkajs/src/protocol/recordBatch/record/v0/decoder.js', () => decodeRecord)
  replace('kafkajs/src/protocol/recordBatch/crc32C/index.js', () => crc32c)
  for (const [path, by] of Object.entries(answersNamingRefused)) replaceParse(path, by)
  replaceParse('kafkajs/src/protocol/requests/metadata/v0/response.js', keepingAnswer)
  replaceParse('kafkajs/src/protocol/requests/metadata/v0/response.js', keepingLeaderless)
  const decodeMessages = decodingBatches(
    load('kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js') as DecodeMessages,
    batchDecoder(),
  )
  replace('kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js', () => decodeMessages)
  // After the modules that they load.
  replace('kafkajs/src/protocol/requests/fetch/v11/request.js', () => fetchRequest)
  const Decoder = load('kafkajs/src/protocol/decoder.js') as Parameters<typeof fetchAnswerDecoder>[1]
  const decode = fetchAnswerDecoder(decodeMessages, Decoder)
  replace('kafkajs/src/protocol/requests/fetch/v11/response.js', (original) => ({ ...(original as object), decode }))
  replace('kafkajs/src/protocol/requests/produce/v3/request.js', (original) =>
    produceRequest(original as Parameters<typeof produceRequest>[0]),
  )
  patchFetch(prototypeOf('kafkajs/src/broker/index.js') as FetchingNode)
  for (const [name, version] of frequent) loadOnce(name, version)
}

/** What is said again and again, in the last version that kafkajs knows. */
const frequent = [
  ['produce', 7],
  ['heartbeat', 3],
  ['offsetCommit', 5],
] as const

/** kafkajs has Node look for the modules of a request each time that it makes one, which was a thirtieth of what small batches cost. Can go with kafkajs. */
function loadOnce(name: string, version: number): void {
  const folder = `kafkajs/src/protocol/requests/${name}`
  const requests = load(`${folder}/index.js`) as { protocol: (of: { readonly version: number }) => (args: object) => object }
  const request = load(`${folder}/v${version}/request.js`) as (args: object) => object
  const response: unknown = load(`${folder}/v${version}/response.js`)
  const { protocol } = requests
  const known = (args: object) => ({ request: request(args), response })
  requests.protocol = (of) => (of.version === version ? known : protocol(of))
}

function batchDecoder(): DecodeBatch {
  const Decoder = load('kafkajs/src/protocol/decoder.js') as new (bytes: Buffer) => object
  const decode = load('kafkajs/src/protocol/recordBatch/v0/decoder.js') as (from: object) => ReturnType<DecodeBatch>
  return (batch) => decode(new Decoder(batch))
}

const prototypeOf = (path: string): unknown => (load(path) as { readonly prototype: unknown }).prototype

/** kafkajs asks another broker whatever the first one says, and in the end that no broker knows the coordinator of the group. Can go with kafkajs. */
function throwRefused(prototype: BrokerPool): void {
  const { withBroker } = prototype
  prototype.withBroker = async function (this: BrokerPool, use: (given: object) => Promise<unknown>) {
    let refusal: unknown
    const found = await withBroker.call(this, async (given) => {
      try {
        return await use(given)
      } catch (error) {
        if (isRefused(error)) refusal = error
        throw error
      }
    })
    if (refusal !== undefined && (found === null || found === undefined)) throw refusal
    return found
  }
}

/**
 * kafkajs allocates 512 bytes for each header and counts offsets in objects around bigints: that was half of what a small
 * message cost the process. It takes checksums byte by byte. It also hides where a fetch ended. Modules that are loaded later get ours: those of produce and
 * fetch are loaded when first used, and `decodeMessages` loads the decoder. Can go with kafkajs.
 */
function replace(path: string, by: (original: unknown) => unknown): void {
  const original: unknown = load(path)
  const module = load.cache[load.resolve(path)]
  if (module !== undefined) module.exports = by(original)
}

/** What reads an answer, in all its versions: somebody in this process may have used kafkajs, and have had the later ones loaded. */
function replaceParse(path: string, by: (original: unknown) => unknown): void {
  const { parse } = load(path) as AnswerModule
  replace(path, by)
  const ours = load(path) as AnswerModule
  for (const module of Object.values(load.cache)) {
    const exports = module?.exports as { parse?: unknown } | undefined
    if (exports?.parse === parse) exports.parse = ours.parse
  }
}
