import { type Broker, plan } from '@petrel/messaging/operations'
import { ROOT } from '../../deploy/local/folders.ts'
import { loadServices } from '../../packages/cli/src/services.ts'

/** How many records each consumer group has not committed yet, of those groups that have some. */
export async function lags(
  { admin }: Pick<Broker, 'admin'>,
  prefix: string,
  names: readonly string[],
): Promise<Map<string, bigint>> {
  const services = (await loadServices(ROOT)).filter(({ name }) => names.includes(name))
  const groups = services.flatMap(({ endpoint }) => plan(endpoint, prefix).groups)
  const counted = await Promise.all(groups.map(async ({ group, topics }) => [group, await lagOf(admin, group, topics)] as const))
  return new Map(counted.filter(([, lag]) => lag > 0n))
}

/** How many records of these topics a group has not committed yet. */
export async function lagOf(admin: Broker['admin'], group: string, topics: readonly string[]): Promise<bigint> {
  const committed = await admin.committed(group, topics)
  const next = new Map(committed.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]))
  const perTopic = await Promise.all(
    topics.map(async (topic) => {
      const ends = await admin.offsets(topic)
      return ends.map(({ partition, earliest, latest }) => latest - (next.get(`${topic}/${partition}`) ?? earliest))
    }),
  )
  return perTopic.flat().reduce((sum, lag) => sum + lag, 0n)
}
