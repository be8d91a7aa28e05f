import { describe, expect, test } from 'vitest'
import { Postpone } from '../definition/outcome.ts'
import { billing, placed } from './testing/billing.ts'
import { isAudit } from './testing/audits.ts'
import { testSystem } from './testing/testSystem.ts'
import { bills } from './testing/messages.ts'
import type { CrashPoint } from './testing/killableProcess.ts'
import { passTime, untilIdle, useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

const keys = ['a', 'b', 'c']
const thirty = Array.from({ length: 30 }, (_, number) => placed(number, keys[number % keys.length]))

describe.each<CrashPoint>(['before save', 'after save', 'before publish', 'after publish', 'before commit', 'after commit'])(
  'a process that is killed %s',
  (moment) => {
    test.each([1, 2])(
      `a process that is killed ${moment} loses no message, doubles no effect, and keeps the order of each key (batch %i)`,
      async (batch) => {
        const { endpoint } = billing()
        const system = await testSystem(endpoint)
        const first = await system.start()
        await system.publish(...thirty.slice(0, 10))
        if (batch === 1) first.process.killAt(moment)
        await untilIdle()
        if (batch === 2) first.process.killAt(moment)
        await system.publish(...thirty.slice(10))
        await untilIdle()
        expect(first.process.isKilled).toBe(true)

        await system.start()
        await system.settled()
        const rows = system.store.rows(bills)
        for (const key of keys) {
          const numbers = rows.filter(({ order_id }) => order_id === key).map(({ number }) => Number(number))
          expect(numbers).toEqual(numbers.toSorted((one, other) => one - other))
        }
        expect(rows).toHaveLength(30)
        expect(new Set(rows.map(({ message_id }) => message_id)).size).toBe(30)
        expect(new Set(await system.ids('billing.order-billed')).size).toBe(30)
        await passTime(1_000)
        expect(await system.store.pendingOutbox('billing/0')).toEqual([])
      },
    )

    test(`messages that fail in a process that is killed ${moment} are retried, and handled once`, async () => {
      const { endpoint } = billing((_, { message }) => {
        if (message.attempt <= 3) throw new Error('not now')
      })
      const system = await testSystem(endpoint)
      const first = await system.start()
      first.process.killAt(moment)
      await system.publish(placed(1), placed(2))
      await passTime(3_000)
      await system.start()
      await system.settled()
      expect(system.store.rows(bills)).toHaveLength(2)
      expect(await system.ids('billing.dlt')).toEqual([])
      expect(new Set(await system.ids('billing.order-billed')).size).toBe(2)
    })

    test(`a message that is postponed in a process that is killed ${moment} comes back, and is handled once`, async () => {
      let early = true
      const { endpoint } = billing(() => {
        if (early) throw new Postpone('5s')
      })
      const system = await testSystem(endpoint)
      const first = await system.start()
      first.process.killAt(moment)
      await system.publish(placed(1))
      await passTime(1_000)
      await system.start()
      await passTime(1_000)
      early = false
      await system.settled()
      expect(system.store.rows(bills)).toHaveLength(1)
      expect(new Set(await system.ids('billing.order-billed')).size).toBe(1)
    })
  },
)

test('what was saved but not sent is sent before anything later of its lane', async () => {
  const { endpoint } = billing()
  const system = await testSystem(endpoint)
  const first = await system.start()
  first.process.killAt('after save')
  await system.publish(placed(1, 'a'), placed(2, 'a'))
  await untilIdle()
  const unsent = (await system.store.pendingOutbox('billing/0')).flatMap(({ outgoing }) =>
    outgoing.filter((record) => !isAudit(record)).map(({ headers }) => headers['ce_id']),
  )
  expect(unsent).toHaveLength(2)
  await system.publish(placed(3, 'a'))
  await system.start()
  await system.settled()
  expect((await system.ids('billing.order-billed')).slice(0, 2)).toEqual(unsent)
  expect(await system.ids('billing.order-billed')).toHaveLength(3)
})

test('what was saved but not sent is sent even if no further message comes to the lane', async () => {
  const { endpoint } = billing()
  const system = await testSystem(endpoint)
  const first = await system.start()
  first.process.killAt('after save')
  await system.publish(placed(1))
  await untilIdle()
  await system.broker.admin.commit('billing', [{ topic: 'sales.order-placed', partition: 0, offset: 1n }])
  await system.start()
  await untilIdle()
  expect(await system.ids('billing.order-billed')).toHaveLength(1)
})
