import type { BrokerAdmin } from '../broker/port.ts'
import { dltTopic, replayedTopic, replayTopic } from '../naming.ts'
import type { Infrastructure } from './infrastructure.ts'
import { NotDeployed } from './notDeployed.ts'

/** The topics of one endpoint's replays. */
export interface ReplayTopics {
  readonly admin: BrokerAdmin
  readonly dlt: string
  /** Where the endpoint reads what a person sends back. */
  readonly replay: string
  readonly marks: string
  /** How many partitions any topic has; undefined when it does not exist. Each is looked up once. */
  readonly partitionsOf: (topic: string) => Promise<number | undefined>
}

/** @throws NotDeployed when the endpoint has no topics to replay through */
export async function replayTopics(
  endpoint: string,
  { admin, prefix }: Pick<Infrastructure, 'admin' | 'prefix'>,
): Promise<ReplayTopics> {
  const [dlt, replay, marks] = [dltTopic, replayTopic, replayedTopic].map((name) => prefix + name(endpoint)) as [
    string,
    string,
    string,
  ]
  const partitions = await admin.partitions([replay, marks])
  const missing = [replay, marks].filter((topic) => !partitions.has(topic))
  if (missing.length > 0)
    throw new NotDeployed(
      endpoint,
      missing.map((topic) => ({ what: `topic ${topic}`, owner: endpoint })),
    )
  const known = new Map<string, number | undefined>(partitions)
  const partitionsOf = async (topic: string) => {
    if (!known.has(topic)) known.set(topic, (await admin.partitions([topic])).get(topic))
    return known.get(topic)
  }
  return { admin, dlt, replay, marks, partitionsOf }
}
