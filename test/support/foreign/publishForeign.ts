import { sizeOf } from '../../../packages/messaging/src/broker/size.ts'
import { foreignKafkaProducer } from '../../../packages/messaging/src/broker/kafkajs/testing/foreignKafkaProducer.ts'
import type { TestSystem } from '../stack.ts'
import type { Foreign } from './foreignRecords.ts'
import { asRead } from './headerPairs.ts'

/** What one producer sends of one partition together is one batch, and must be no larger than one record may be. */
const batchBytes = 300_000

/** Writes them by another client, in few requests. */
export async function publishForeign({ addresses }: Pick<TestSystem, 'addresses'>, foreign: readonly Foreign[]): Promise<void> {
  const producer = foreignKafkaProducer(addresses.kafkaBrokers.split(','))
  for (const [transaction, some] of Map.groupBy(foreign, (each) => each.transaction))
    for (const batch of inBatches(some.map(({ record }) => record)))
      await (transaction === undefined ? producer.publish(batch) : producer.transaction(batch, transaction))
}

type Records = Foreign['record'][]

function inBatches(records: Records): Records[] {
  const batches: Records[] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const record of records) {
    const size = sizeOf({ ...record, headers: asRead(record) })
    if (bytes + size > batchBytes) {
      batches.push([])
      bytes = 0
    }
    batches.at(-1)?.push(record)
    bytes += size
  }
  return batches
}
