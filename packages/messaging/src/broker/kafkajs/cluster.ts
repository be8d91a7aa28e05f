import type { Cluster } from 'kafkajs'
import { BrokerUnavailable } from '../port.ts'
import { openClient, type Client } from './client.ts'
import { unavailable } from './errors.ts'
import type { KafkajsSettings } from './settings.ts'

const TIMES = { connectionTimeout: 3_000, requestTimeout: 10_000 }

/** Does one thing over connections of its own: an administrator is rarely at work, and idle connections cost. @throws BrokerUnavailable */
export async function withClient<T>(settings: KafkajsSettings, what: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = openClient(settings, TIMES)
  try {
    return await work(client)
  } catch (error) {
    throw unavailable(what, error)
  } finally {
    client.cut()
  }
}

/**
 * kafkajs's own view of the brokers, which can do what its admin cannot: fetch without a group, commit without joining.
 * It is handed out only to partition assigners, so a consumer is made, which never connects.
 */
export function clusterOf({ kafka }: Client): Cluster {
  let cluster: Cluster | undefined
  kafka.consumer({
    groupId: 'none',
    allowAutoTopicCreation: false,
    partitionAssigners: [
      (given) => {
        cluster = given.cluster
        return { name: 'none', version: 0, assign: async () => [], protocol: () => ({ name: 'none', metadata: Buffer.alloc(0) }) }
      },
    ],
  })
  if (cluster === undefined) throw new BrokerUnavailable('kafkajs made no cluster')
  return cluster
}
