import kafkajs from 'kafkajs'
import type { TestSystem } from './stack.ts'

/** Ids of the members that the broker counts to a consumer group, which is named without the prefix. */
export async function groupMembers({ addresses, prefix }: TestSystem, group: string): Promise<Set<string>> {
  const admin = new kafkajs.Kafka({ brokers: addresses.kafkaBrokers.split(','), logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    const { groups } = await admin.describeGroups([prefix + group])
    return new Set(groups.flatMap(({ members }) => members.map(({ memberId }) => memberId)))
  } finally {
    await admin.disconnect()
  }
}
