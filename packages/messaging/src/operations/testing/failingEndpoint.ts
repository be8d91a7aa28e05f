import { type MemoryBroker, memoryBroker } from '../../broker/memory.ts'
import type { BrokerRecord, Position, RecordHeaders } from '../../broker/port.ts'
import { Unrecoverable } from '../../definition/outcome.ts'
import { openEnvelope } from '../../engine/envelope.ts'
import { ce } from '../../headers.ts'
import { identityKey } from '../../identity.ts'
import { plan } from '../plan.ts'
import { deadLetterOf } from './deadLetter.ts'
import { billing } from './shop.ts'

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

/** Billing as far as its dead letters go: an inbox, and a handler that throws until it is mended. */
export interface FailingBilling {
  readonly broker: MemoryBroker
  readonly prefix: string
  /** Message ids, in the order in which they were handled. */
  readonly handled: readonly string[]
  /** Which messages were handled, by {@link identityKey}. */
  readonly inbox: ReadonlySet<string>
  /** Its handler throws with this message; undefined when mended. */
  error: string | undefined
  /** A message is delivered to billing, more than once if `times` says so. */
  receive(
    id: string,
    options?: { readonly headers?: RecordHeaders; readonly key?: string; readonly times?: number },
  ): Promise<void>
  /** Handles what was appended to the replay topic since the last call. @returns how many records that were */
  handleReplayed(): Promise<number>
}

export async function failingBilling(): Promise<FailingBilling> {
  const broker = memoryBroker()
  const prefix = 'p.'
  await broker.admin.createTopics([...plan(billing, prefix).topics, { topic: 'p.sales.order-placed', partitions: 3, config: {} }])
  const handled: string[] = []
  const inbox = new Set<string>()
  const begin = new Map<number, bigint>()

  const endsOf = async (topic: string): Promise<Position[]> =>
    (await broker.admin.offsets(topic)).map(({ partition, latest }) => ({ topic, partition, offset: latest }))
  const handle = async (record: BrokerRecord) => {
    const envelope = openEnvelope(record)
    if (inbox.has(identityKey(envelope.identity))) return
    if (self.error === undefined) {
      inbox.add(identityKey(envelope.identity))
      handled.push(envelope.id)
      return
    }
    await broker.publish([deadLetterOf(billing, prefix, record, new Unrecoverable(self.error))])
  }
  const self: FailingBilling = {
    broker,
    prefix,
    handled,
    inbox,
    error: 'The till is closed',
    async receive(id, { headers = {}, key = 'order-1', times = 1 } = {}) {
      const topic = 'p.sales.order-placed'
      const own = { [ce.id]: id, [ce.type]: 'sales.OrderPlaced', ...headers }
      const before = await endsOf(topic)
      await broker.publish([{ topic, key, value: Buffer.from([0, 0, 0, 0, 7, 255]), headers: own }])
      const [record] = await all(broker.admin.read(topic, { from: before }))
      for (let time = 0; time < times; time += 1) if (record !== undefined) await handle(record)
    },
    async handleReplayed() {
      const topic = 'p.billing.replay'
      const from = [...begin].map(([partition, offset]) => ({ topic, partition, offset }))
      let count = 0
      for await (const record of broker.admin.read(topic, { from })) {
        begin.set(record.partition, record.offset + 1n)
        count += 1
        await handle(record)
      }
      return count
    },
  }
  return self
}
