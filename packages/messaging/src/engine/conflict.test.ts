import { describe, expect, test } from 'vitest'
import { AlreadyHandled, SagaConflict } from '../store/port.ts'
import { billing, placed, transactionalBilling } from './testing/billing.ts'
import { type TestSystem, testSystem } from './testing/testSystem.ts'
import { bills } from './testing/messages.ts'
import { sql } from './testing/sqlStore.ts'
import { untilIdle, useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

const billed = ({ store }: TestSystem) => store.rows(bills).map(({ number }) => number)
const ascending = (one: unknown, other: unknown) => Number(one) - Number(other)

describe('a conflict with another process', () => {
  test.each([new AlreadyHandled('a fault made by the test'), new SagaConflict('a fault made by the test')])(
    'a save that conflicts with another process is repeated without running its handlers again ($name)',
    async (error) => {
      const { endpoint, numbers } = billing()
      const system = await testSystem(endpoint)
      system.store.failNext('save', 'before', error)
      await system.publish(placed(1), placed(2))
      await system.start()
      await untilIdle()
      expect(billed(system)).toEqual([1, 2])
      expect(numbers()).toEqual([1, 2])
      expect(system.failures).toEqual([])
    },
  )

  test('a message whose query is refused because another process has handled it first has not failed', async () => {
    const gate = Promise.withResolvers<void>()
    const { endpoint } = transactionalBilling(
      async ({ number }, { tx }, run) => {
        if (run > 1) return
        await gate.promise
        if (billed(system).includes(number)) await tx.query(sql.refused)
      },
      { partitions: 2, recoverability: { immediate: 0 } },
    )
    const system = await testSystem(endpoint)
    await system.start()
    await system.publish({ message: placed(1), partition: 0 }, { message: placed(2), partition: 1 })
    await untilIdle()
    // One of the partitions goes to the second process, which handles its message; what the first one then writes is refused.
    await system.start()
    await untilIdle()
    expect(billed(system)).toHaveLength(1)
    gate.resolve()
    await system.settled()
    expect(billed(system).toSorted(ascending)).toEqual([1, 2])
    expect(system.failures).toEqual([])
    expect(await system.ids('billing.retry.2s')).toEqual([])
  })
})
