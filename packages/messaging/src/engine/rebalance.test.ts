import { describe, expect, test } from 'vitest'
import { billing, placed } from './testing/billing.ts'
import { gates, large, range } from './testing/gates.ts'
import { bills } from './testing/messages.ts'
import { testSystem } from './testing/testSystem.ts'
import { untilIdle, useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

describe('a rebalance', () => {
  test('a rebalance in the middle of a batch loses no message, and none is handled twice', async () => {
    const gate = gates()
    const { endpoint: definition, numbers } = billing(({ number }) => (number === 5 ? gate.hold(5) : undefined))
    const system = await testSystem(definition)
    await system.start()
    await system.publish(...range(0, 300).map((number) => placed(number, 'a')))
    await untilIdle()
    system.broker.faults.rebalance('billing')
    await untilIdle()
    gate.open(5)
    await system.settled()
    expect(numbers()).toEqual(range(0, 300))
    expect(system.store.rows(bills)).toHaveLength(300)
  })

  test('a partition that was paused is read on after a rebalance', async () => {
    const gate = gates()
    const { endpoint: definition, numbers } = billing(({ number }) => (number === 0 ? gate.hold(0) : undefined))
    const system = await testSystem(definition)
    await system.start()
    await system.publish(placed(0, 'a'))
    await untilIdle()
    await system.publish(...range(1, 400).map((number) => ({ ...large(number), message: placed(number, 'a') })))
    await untilIdle()
    system.broker.faults.rebalance('billing')
    await untilIdle()
    gate.open(0)
    await system.settled()
    expect(numbers()).toEqual(range(0, 400))
  })

  test('a lane that leaves and comes back begins nothing before its earlier batch has ended', async () => {
    const gate = gates()
    const { endpoint: definition, numbers } = billing(
      ({ number }, _, run) => (number === 0 && run === 1 ? gate.hold(0) : undefined),
      { partitions: 2 },
    )
    const system = await testSystem(definition)
    await system.start()
    await system.publish({ message: placed(0, 'a'), partition: 1 })
    await untilIdle()
    const second = await system.start()
    second.process.kill()
    await untilIdle()
    // Partition 1 has left and come back, and its first message is still being handled.
    await system.publish({ message: placed(1, 'a'), partition: 1 })
    await untilIdle()
    expect(numbers().filter((number) => number === 1)).toEqual([])
    gate.open(0)
    await system.settled()
    expect(system.store.rows(bills).map(({ number }) => number)).toEqual([0, 1])
    expect(numbers().filter((number) => number === 1)).toEqual([1])
  })

  test.each(range(1, 6))(
    'many rebalances lose no message, double no effect, and keep the order of each key (%i processes)',
    async (processes) => {
      const { endpoint: definition } = billing(() => new Promise((resolve) => setImmediate(resolve)), { partitions: 4 })
      const system = await testSystem(definition)
      for (const _ of range(0, processes)) await system.start()
      for (const round of range(0, 10)) {
        await system.publish(...range(0, 60).map((number) => placed(round * 60 + number, `order-${number % 7}`)))
        system.broker.faults.rebalance('billing')
        if (round === 5) await system.start()
      }
      await system.settled()
      const rows = system.store.rows(bills)
      expect(rows).toHaveLength(600)
      for (const key of range(0, 7).map((number) => `order-${number}`)) {
        const numbers = rows.filter(({ order_id }) => order_id === key).map(({ number }) => Number(number))
        expect(numbers).toEqual(numbers.toSorted((one, other) => one - other))
      }
    },
  )
})
