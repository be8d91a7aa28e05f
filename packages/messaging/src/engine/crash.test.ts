import { describe, expect, test, vi } from 'vitest'
import { Postpone } from '../definition/outcome.ts'
import { billing, placed } from './testing/billing.ts'
import { testSystem } from './testing/testSystem.ts'
import { bills } from './testing/messages.ts'
import type { CrashPoint } from './testing/processSwitch.ts'
import { pass, rest, useVirtualTime } from './testing/virtualTime.ts'

vi.mock('node:timers/promises', () => import('./testing/timersPromises.ts'))
useVirtualTime()

const keys = ['a', 'b', 'c']
const thirty = Array.from({ length: 30 }, (_, number) => placed(number, keys[number % keys.length]))

describe.each<CrashPoint>(['before save', 'after save', 'before publish', 'after publish', 'before commit', 'after commit'])(
  'a process that ends %s',
  (moment) => {
    test.each([1, 2])('loses and doubles nothing, and keeps the order of each key (batch %i)', async (batch) => {
      const { endpoint } = billing()
      const g = await testSystem(endpoint)
      const first = await g.start()
      await g.say(...thirty.slice(0, 10))
      if (batch === 1) first.processSwitch.killAt(moment)
      await rest()
      if (batch === 2) first.processSwitch.killAt(moment)
      await g.say(...thirty.slice(10))
      await rest()
      expect(first.processSwitch.isKilled).toBe(true)

      await g.start()
      await g.settled()
      const rows = g.store.rows(bills)
      for (const key of keys) {
        const numbers = rows.filter(({ order_id }) => order_id === key).map(({ number }) => Number(number))
        expect(numbers).toEqual(numbers.toSorted((one, other) => one - other))
      }
      expect(rows).toHaveLength(30)
      expect(new Set(rows.map(({ message_id }) => message_id)).size).toBe(30)
      expect(new Set(await g.ids('billing.order-billed')).size).toBe(30)
      await pass(1_000)
      expect(await g.store.pendingOutbox('billing/0')).toEqual([])
    })

    test('has what failed there go to its retry once more at worst, and handled once', async () => {
      const { endpoint } = billing((_, { message }) => {
        if (message.attempt <= 3) throw new Error('not now')
      })
      const g = await testSystem(endpoint)
      const first = await g.start()
      first.processSwitch.killAt(moment)
      await g.say(placed(1), placed(2))
      await pass(3_000)
      await g.start()
      await g.settled()
      expect(g.store.rows(bills)).toHaveLength(2)
      expect(await g.ids('billing.dlt')).toEqual([])
      expect(new Set(await g.ids('billing.order-billed')).size).toBe(2)
    })

    test('has what was postponed there come back and be handled once', async () => {
      let early = true
      const { endpoint } = billing(() => {
        if (early) throw new Postpone('5s')
      })
      const g = await testSystem(endpoint)
      const first = await g.start()
      first.processSwitch.killAt(moment)
      await g.say(placed(1))
      await pass(1_000)
      await g.start()
      await pass(1_000)
      early = false
      await g.settled()
      expect(g.store.rows(bills)).toHaveLength(1)
      expect(new Set(await g.ids('billing.order-billed')).size).toBe(1)
    })
  },
)

test('what was saved and not sent is sent before anything later of its lane', async () => {
  const { endpoint } = billing()
  const g = await testSystem(endpoint)
  const first = await g.start()
  first.processSwitch.killAt('after save')
  await g.say(placed(1, 'a'), placed(2, 'a'))
  await rest()
  const unsent = (await g.store.pendingOutbox('billing/0')).flatMap(({ outgoing }) =>
    outgoing.map(({ headers }) => headers['ce_id']),
  )
  expect(unsent).toHaveLength(2)
  await g.say(placed(3, 'a'))
  await g.start()
  await g.settled()
  expect((await g.ids('billing.order-billed')).slice(0, 2)).toEqual(unsent)
  expect(await g.ids('billing.order-billed')).toHaveLength(3)
})

test('a lane that no message comes to any more sends what it had saved', async () => {
  const { endpoint } = billing()
  const g = await testSystem(endpoint)
  const first = await g.start()
  first.processSwitch.killAt('after save')
  await g.say(placed(1))
  await rest()
  await g.broker.admin.commit('billing', [{ topic: 'sales.order-placed', partition: 0, offset: 1n }])
  await g.start()
  await rest()
  expect(await g.ids('billing.order-billed')).toHaveLength(1)
})
