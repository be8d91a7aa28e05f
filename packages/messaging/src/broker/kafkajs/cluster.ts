import type { Cluster } from 'kafkajs'
import { BrokerUnavailable } from '../port.ts'
import { openClient, type Client } from './client.ts'
import { unavailable } from './errors.ts'
import type { ClientSettings } from './settings.ts'
import { timeouts } from './timeouts.ts'

/** Does one thing over connections of its own: administration is rare, and idle connections cost CPU. @throws BrokerUnavailable */
export async function withClient<T>(settings: ClientSettings, what: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = openClient(settings, timeouts.client)
  const { access } = settings
  try {
    const result = await work(client)
    access.refusals.done(what)
    return result
  } catch (error) {
    throw unavailable(what, access.refusals.reasonOf(access.reasonOf(error), what))
  } finally {
    client.cut()
  }
}

/**
 * kafkajs's own view of the brokers. It can do what kafkajs's admin cannot: fetch without a group, commit without joining.
 * kafkajs gives it to partition assigners only, so this creates a consumer, which never connects.
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
