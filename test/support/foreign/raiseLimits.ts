import kafkajs, { type Admin } from 'kafkajs'
import type { TestSystem } from '../stack.ts'

/** Somebody lets topics take records that no dead letter topic of the shop takes. */
export const raiseLimits = (system: System, topics: readonly string[]): Promise<void> =>
  set({ 'max.message.bytes': String(3 * 1024 * 1024) }, system, topics)

const forEver = String(2n ** 63n - 1n)

/** Somebody lets all topics of the shop take records of any time, and keep them. */
export async function takeAnyTime(system: System): Promise<void> {
  const limits = { 'message.timestamp.before.max.ms': forEver, 'message.timestamp.after.max.ms': forEver }
  await set({ ...limits, 'retention.ms': '-1' }, system)
}

type System = Pick<TestSystem, 'addresses' | 'prefix'>

/** @param topics all of the system when none are named */
async function set(
  settings: Readonly<Record<string, string>>,
  { addresses, prefix }: System,
  topics?: readonly string[],
): Promise<void> {
  const admin = new kafkajs.Kafka({ brokers: addresses.kafkaBrokers.split(','), logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    const those = topics ?? (await admin.listTopics()).filter((topic) => topic.startsWith(prefix))
    const former = await settingsOf(admin, those)
    await admin.alterConfigs({
      validateOnly: false,
      resources: those.map((name) => ({
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name,
        // It sets all of a topic's settings: those that are left out get their defaults.
        configEntries: entries({ ...former.get(name), ...settings }),
      })),
    })
  } finally {
    await admin.disconnect()
  }
}

const entries = (settings: Readonly<Record<string, string>>) => Object.entries(settings).map(([name, value]) => ({ name, value }))

async function settingsOf(admin: Admin, topics: readonly string[]): Promise<Map<string, Record<string, string>>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
  })
  return new Map(
    resources.map(({ resourceName, configEntries }) => {
      const own = configEntries.filter(({ configSource }) => configSource === kafkajs.ConfigSource.TOPIC_CONFIG)
      return [resourceName, Object.fromEntries(own.map(({ configName, configValue }) => [configName, configValue]))]
    }),
  )
}
