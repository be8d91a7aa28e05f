import { type MemoryBroker, memoryBroker } from '../broker/memory.ts'
import type { BrokerRecord } from '../broker/port.ts'
import { avroCodec } from '../codec/codec.ts'
import type { MessageDescriptor, MessageKind, MessageType } from '../definition/message.ts'
import { type EncodeMessage, messageEncoder } from '../engine/encodeMessage.ts'
import { topicLimits } from '../engine/topicLimits.ts'
import { subjectName, topicName } from '../naming.ts'
import { deployAll, type Deployment } from '../operations/deploy.ts'
import type { Infrastructure } from '../operations/infrastructure.ts'
import { messageTypes } from '../operations/plan.ts'
import { memoryRegistry } from '../registry/memory.ts'
import type { Registry } from '../registry/port.ts'

/** The CloudEvents source of what a test publishes and sends. */
export const outside = 'outside'

/** A broker and a registry in memory, with endpoints deployed on them, and the way to them from outside. */
export interface MemoryTransport extends Infrastructure {
  readonly broker: MemoryBroker
  /** @throws TypeError for a message that no endpoint handles or produces; otherwise as for an endpoint */
  readonly encode: EncodeMessage
  /** What was produced of a message type, decoded; in the order of each key. */
  readonly produced: <Data extends object>(type: MessageType<MessageKind, Data>) => Promise<Data[]>
  /** The records of a topic, partition by partition. */
  readonly records: (topic: string) => Promise<BrokerRecord[]>
}

interface MemoryTransportOptions {
  readonly registry?: Registry
  /** Message types that are deployed beside those of the endpoints. */
  readonly others?: readonly MessageDescriptor[]
}

/** Deploys endpoints as `petrel deploy` does. The owners of their messages that are not among them count as deployed before. */
export async function memoryTransport(
  deployments: readonly Deployment[],
  { registry = memoryRegistry(), others = [] }: MemoryTransportOptions = {},
): Promise<MemoryTransport> {
  const broker = memoryBroker()
  const { admin } = broker
  const infrastructure = { broker, admin, registry, prefix: '' }
  const codec = avroCodec({ registry })
  const schemaIds = await deployOwners(deployments, others, infrastructure)
  await deployAll(deployments, infrastructure)

  const limits = topicLimits(new Map())
  const encodeKnown = messageEncoder({ endpoint: { name: outside }, prefix: '', schemaIds, encode: codec.encode, limits })
  const refuseUnknown = ({ fullName }: MessageDescriptor) => {
    if (!schemaIds.has(fullName)) throw new TypeError(`No endpoint here handles or produces ${fullName}.`)
  }
  const records = async (topic: string) => {
    const found: BrokerRecord[] = []
    for await (const record of admin.read(topic)) found.push(record)
    return found
  }
  return {
    ...infrastructure,
    records,
    encode(message, cause, id) {
      refuseUnknown(message.type)
      return encodeKnown(message, cause, id)
    },
    async produced<Data extends object>(type: MessageType<MessageKind, Data>) {
      refuseUnknown(type)
      const values = (await records(topicName(type))).map(({ value }) => value)
      await codec.prepare(values)
      return values.map((value) => codec.decode(value, type) as Data)
    },
  }
}

/** @returns the schema id of every message type, by full name */
async function deployOwners(
  deployments: readonly Deployment[],
  others: readonly MessageDescriptor[],
  { admin, registry }: Infrastructure,
): Promise<Map<string, number>> {
  const names = new Set(deployments.map(({ endpoint }) => endpoint.name))
  const schemaIds = new Map<string, number>()
  for (const { endpoint } of deployments) {
    const types = messageTypes(endpoint)
    const foreign = [...types.filter(({ owner }) => !names.has(owner)), ...others]
    await admin.createTopics(foreign.map((type) => ({ topic: topicName(type), partitions: endpoint.partitions, config: {} })))
    for (const type of [...types, ...others])
      schemaIds.set(type.fullName, await registry.register(subjectName(type), type.schema))
  }
  return schemaIds
}
