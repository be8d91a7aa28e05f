import { describe, expect, test, vi } from 'vitest'
import { type Log, silentLog } from '../log.ts'
import { billing, placed } from './testing/billing.ts'
import { bills } from './testing/messages.ts'
import { type TestSystem, testSystem } from './testing/testSystem.ts'
import { useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

const billed = ({ store }: TestSystem) => store.rows(bills).map(({ number }) => number)
const topic = 'sales.order-placed'
const anonymous = (number: number) => ({ message: placed(number), headers: { ce_id: '', ce_source: '' } })

describe('which messages are the same', () => {
  test('messages with the same id from different sources are all handled', async () => {
    const { endpoint } = billing()
    const system = await testSystem(endpoint)
    await system.start()
    await system.publish(
      { message: placed(1), id: '1', headers: { ce_source: 'web' } },
      { message: placed(2), id: '1', headers: { ce_source: 'app' } },
    )
    await system.settled()
    await system.publish({ message: placed(3), id: '1', headers: { ce_source: 'till' } })
    await system.settled()
    expect(billed(system)).toEqual([1, 2, 3])
  })

  test('a message that comes again from its source is handled once, in one batch and in a later one', async () => {
    const { endpoint, numbers } = billing()
    const system = await testSystem(endpoint)
    await system.start()
    const one = { message: placed(1), id: '1', headers: { ce_source: 'web' } }
    await system.publish(one, one)
    await system.settled()
    await system.publish(one)
    await system.settled()
    expect(numbers()).toEqual([1])
  })

  test.each([
    { first: 'the readable one', order: ['readable', 'unreadable'] as const },
    { first: 'the unreadable one', order: ['unreadable', 'readable'] as const },
  ])(
    'a message is handled although a record with its id in the same batch cannot be read: $first comes first',
    async ({ order }) => {
      const { endpoint } = billing()
      const system = await testSystem(endpoint)
      const copies = {
        readable: { message: placed(1), id: '1', headers: { ce_source: 'web' } },
        unreadable: { message: placed(2), id: '1', headers: { ce_source: 'web', ce_type: 'sales.Unheard' } },
      }
      await system.publish(...order.map((which) => copies[which]), placed(3))
      await system.start()
      await system.settled()
      expect(billed(system)).toEqual([1, 3])
    },
  )

  test('a message without an id is handled, although another had its place before the topic was deleted and created again', async () => {
    const { endpoint } = billing()
    const system = await testSystem(endpoint)
    const first = await system.start()
    await system.publish(anonymous(1), anonymous(2))
    await system.settled()
    await first.stop()
    await system.broker.admin.deleteTopics([topic])
    await system.broker.admin.createTopics([{ topic, partitions: 1, config: {} }])
    await system.broker.admin.commit('billing', [{ topic, partition: 0, offset: 0n }])
    vi.setSystemTime(Date.now() + 60_000)
    await system.publish(anonymous(3), anonymous(4))
    await system.start()
    await system.settled()
    expect(billed(system)).toEqual([1, 2, 3, 4])
  })

  test('a message without an id that comes again through its retry topics is handled once', async () => {
    const { endpoint, runs } = billing((_, __, run) => {
      if (run <= 4) throw new Error('not yet')
    })
    const system = await testSystem(endpoint)
    await system.publish({ message: placed(1), headers: { ce_id: '', ce_source: '' } })
    await system.start()
    await system.settled()
    const [retry] = await system.records('billing.retry.2s')
    const again = { topic: 'billing.replay', key: retry?.key ?? null, value: retry?.value ?? null, headers: retry?.headers ?? {} }
    await system.broker.publish([again])
    await system.settled()
    expect(billed(system)).toEqual([1])
    expect(runs).toHaveLength(5)
  })
})

test('a message that is dropped because it was handled before is counted, and logged at debug level', async () => {
  const lines: { details: object; message: string }[] = []
  const log: Log = { ...silentLog, debug: (details, message) => void lines.push({ details, message }) }
  const dropped = { details: { messageId: 'm-1', source: 'outside' }, message: 'message dropped: it was handled before' }
  const { endpoint } = billing()
  const system = await testSystem(endpoint, { log })
  const { engine } = await system.start()
  await system.publish({ message: placed(1), id: 'm-1' }, { message: placed(1), id: 'm-1' })
  await system.settled()
  await system.publish({ message: placed(1), id: 'm-1' })
  await system.settled()
  expect(engine.status().duplicatesDropped).toBe(2)
  expect(lines.filter(({ message }) => message.includes('handled before'))).toEqual([dropped, dropped])
})
