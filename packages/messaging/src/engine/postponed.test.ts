import { describe, expect, test } from 'vitest'
import { Postpone } from '../definition/outcome.ts'
import { headerText } from '../headers.ts'
import { billing, placed } from './testing/billing.ts'
import { type TestSystem, testSystem } from './testing/testSystem.ts'
import { bills } from './testing/messages.ts'
import { until, untilIdle, useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

const billed = ({ store }: TestSystem) => store.rows(bills).map(({ number }) => number)

describe('a message that is postponed', () => {
  test('a postponed message comes back when it is due, and its tries do not count', async () => {
    const triedAt: number[] = []
    const { endpoint, runs } = billing(({ number }, _, run) => {
      if (number !== 1) return
      triedAt.push(Date.now())
      if (run <= 4) throw new Postpone('10s')
    })
    const system = await testSystem(endpoint)
    await system.start()
    const begun = Date.now()
    await system.publish(placed(1), placed(2))
    await untilIdle()
    expect(billed(system)).toEqual([2])
    await system.settled()
    expect(billed(system)).toEqual([2, 1])
    for (const [index, at] of triedAt.entries()) expect(at - begun).toBeGreaterThanOrEqual(index * 10_000)
    expect(runs.filter(({ number }) => number === 1).map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 1])
    expect(await system.ids('billing.postponed')).toHaveLength(4)
    expect(await system.ids('billing.dlt')).toEqual([])
  })

  test('a postponed message that fails later has the retries that it had left', async () => {
    const { endpoint } = billing((_, __, run) => {
      throw run === 4 ? new Postpone('1s') : new Error('bug')
    })
    const system = await testSystem(endpoint)
    await system.start()
    await system.publish(placed(1))
    await system.settled()
    expect(await system.ids('billing.retry.2s')).toHaveLength(1)
    expect(await system.ids('billing.retry.4s')).toHaveLength(1)
    expect(await system.ids('billing.postponed')).toHaveLength(1)
    const [dead] = await system.records('billing.dlt')
    expect(headerText(dead?.headers ?? {}, 'petrel-attempts')).toBe('12')
    expect(headerText(dead?.headers ?? {}, 'petrel-original-topic')).toBe('sales.order-placed')
  })

  test('a message that is postponed again before the scheduler knows that it was published is not lost', async () => {
    const { endpoint } = billing((_, __, run) => {
      if (run <= 3) throw new Postpone('1s')
    })
    const system = await testSystem(endpoint)
    const publish = system.broker.publish.bind(system.broker)
    system.broker.publish = async (records) => {
      await publish(records)
      // The record is in Kafka before the scheduler gets its answer.
      if (records.some(({ topic }) => topic === 'billing.postponed')) await untilIdle()
    }
    await system.start()
    await system.publish(placed(1))
    await until('it is handled', () => billed(system).length === 1)
    await system.settled()
    expect(billed(system)).toEqual([1])
  })
})
