import { createRequire } from 'node:module'
import type { Broker as KafkaNode, Cluster } from 'kafkajs'

/** https://kafka.apache.org/protocol#The_Messages_Metadata */
const METADATA = 3
/** The first version with ids of topics, of Kafka 2.8; kafkajs speaks an earlier one. */
const VERSION = 10
const noId = Buffer.alloc(16)

/**
 * Ids of those of the topics that exist: Kafka gives a new one to a topic that is made again under the same name. Empty where
 * the broker knows no ids.
 */
export async function topicIds(cluster: Cluster, topics: readonly string[]): Promise<Map<string, string>> {
  if (topics.length === 0) return new Map()
  return topicIdsFrom(await (cluster as unknown as ConnectedCluster).brokerPool.findConnectedBroker(), topics)
}

/** {@link topicIds}, as one broker knows them. */
export async function topicIdsFrom(node: KafkaNode, topics: readonly string[]): Promise<Map<string, string>> {
  const broker = node as Speaking
  if ((broker.versions?.[METADATA]?.maxVersion ?? 0) < VERSION) return new Map()
  const found = await broker.connectionPool.send(metadataRequest(topics))
  return new Map(
    found.filter(({ error, id }) => error === 0 && !id.equals(noId)).map(({ name, id }) => [name, id.toString('hex')]),
  )
}

interface ConnectedCluster {
  readonly brokerPool: { findConnectedBroker(): Promise<KafkaNode> }
}

interface Speaking extends KafkaNode {
  readonly versions?: Readonly<Record<number, { readonly maxVersion: number } | undefined>>
  readonly connectionPool: { send(request: ReturnType<typeof metadataRequest>): Promise<FoundTopic[]> }
}

interface FoundTopic {
  readonly error: number
  readonly name: string
  readonly id: Buffer
}

/** kafkajs's own, as far as it is needed here. `UVarInt` is what the protocol calls compact. */
interface Encoder {
  writeBuffer(value: Buffer): Encoder
  writeBoolean(value: boolean): Encoder
  writeUVarIntString(value: string): Encoder
  writeUVarIntArray(items: Encoder[]): Encoder
  /** Without a value: no tagged fields. */
  writeUVarIntBytes(): Encoder
}

interface Decoder {
  readInt16(): number
  readInt32(): number
  readBoolean(): boolean
  readBytes(length: number): Buffer
  readUVarIntString(): string
  readUVarIntArray<T>(read: (decoder: Decoder) => T): T[]
  readTaggedFields(): unknown
}

const load = createRequire(import.meta.url)
const encoder = () => new (load('kafkajs/src/protocol/encoder.js') as new () => Encoder)()
const decoder = (bytes: Buffer) => new (load('kafkajs/src/protocol/decoder.js') as new (bytes: Buffer) => Decoder)(bytes)

const metadataRequest = (topics: readonly string[]) => ({
  request: { apiKey: METADATA, apiVersion: VERSION, apiName: 'Metadata', encode: async () => asked(topics) },
  response: { decode: async (bytes: Buffer) => answered(decoder(bytes)), parse: async (found: FoundTopic[]) => found },
})

/** kafkajs writes a header without tagged fields, which this version has: they come first here. */
function asked(topics: readonly string[]): Encoder {
  const named = topics.map((topic) => encoder().writeBuffer(noId).writeUVarIntString(topic).writeUVarIntBytes())
  const [mayCreate, withClusterOperations, withTopicOperations] = [false, false, false]
  return encoder()
    .writeUVarIntBytes()
    .writeUVarIntArray(named)
    .writeBoolean(mayCreate)
    .writeBoolean(withClusterOperations)
    .writeBoolean(withTopicOperations)
    .writeUVarIntBytes()
}

function answered(from: Decoder): FoundTopic[] {
  from.readTaggedFields()
  from.readInt32() // how long it throttles
  from.readUVarIntArray(passBroker)
  from.readUVarIntString() // the cluster's id
  from.readInt32() // the controller
  return from.readUVarIntArray(topic)
}

function passBroker(from: Decoder): void {
  from.readInt32()
  from.readUVarIntString()
  from.readInt32()
  from.readUVarIntString()
  from.readTaggedFields()
}

function topic(from: Decoder): FoundTopic {
  const found = { error: from.readInt16(), name: from.readUVarIntString(), id: from.readBytes(16) }
  from.readBoolean()
  from.readUVarIntArray(passPartition)
  from.readInt32()
  from.readTaggedFields()
  return found
}

function passPartition(from: Decoder): void {
  from.readInt16()
  for (let field = 0; field < 3; field += 1) from.readInt32()
  for (let replicas = 0; replicas < 3; replicas += 1) from.readUVarIntArray((each) => each.readInt32())
  from.readTaggedFields()
}
