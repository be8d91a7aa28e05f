import { Kafka, logLevel } from 'kafkajs'
import { expect, test } from 'vitest'
import { startOwnStack } from '../../../test/support/stack.ts'

test('what was written is still there after the broker was killed, and clients find it at the same address', async () => {
  const { stack, remove } = await startOwnStack()
  try {
    await withAdmin(stack.kafkaBrokers, (admin) => admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 3 }] }))
    const before = stack.pids().kafka

    await stack.restartKafka('SIGKILL')

    expect(stack.pids().kafka).not.toBe(before)
    await withAdmin(stack.kafkaBrokers, async (admin) => expect(await admin.listTopics()).toContain('kept'))
  } finally {
    await remove()
  }
})

async function withAdmin(brokers: string, work: (admin: ReturnType<Kafka['admin']>) => Promise<unknown>): Promise<void> {
  const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  await work(admin)
  await admin.disconnect()
}
