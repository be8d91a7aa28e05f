import { expect, test, vi } from 'vitest'
import { Postpone } from '../definition/outcome.ts'
import { billing, placed, transactionalBilling } from './testing/billing.ts'
import { bills } from './testing/messages.ts'
import { type TestSystem, testSystem } from './testing/testSystem.ts'
import { passTime, untilIdle, useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

const billed = ({ store }: TestSystem) => store.rows(bills).map(({ number }) => number)

const postponingOnce = (_: unknown, __: unknown, run: number) => {
  if (run === 1) throw new Postpone('300ms')
}

test.each([
  ['a handler', billing(postponingOnce)],
  ['a transactional handler', transactionalBilling(postponingOnce)],
])(
  'a message that %s postpones for a moment comes back after that moment, however long nothing was scheduled',
  async (_, { endpoint }) => {
    const system = await testSystem(endpoint)
    await system.start()
    await passTime(61_500)
    await system.publish(placed(1))
    await untilIdle()
    expect(billed(system)).toEqual([])
    await passTime(300)
    expect(billed(system)).toEqual([1])
  },
)

test('a message comes back on time although one that waits longer was postponed before it', async () => {
  const { endpoint } = billing(({ number }, _, run) => {
    if (run === 1) throw new Postpone(number === 1 ? '8s' : '2s')
  })
  const system = await testSystem(endpoint)
  await system.start()
  await system.publish(placed(1))
  await passTime(300)
  await system.publish(placed(2))
  await passTime(2_000)
  expect(billed(system)).toEqual([2])
  await system.settled()
  expect(billed(system)).toEqual([2, 1])
})

test('a save whose answer was lost is heard of as well', async () => {
  const { endpoint } = billing(postponingOnce)
  const system = await testSystem(endpoint)
  await system.start()
  await passTime(1_500)
  system.store.failNext('save', 'after')
  await system.publish(placed(1))
  await passTime(300)
  expect(system.store.scheduled()).toEqual([])
})

test('a message that a process has postponed before it died comes back by way of another process', async () => {
  const { endpoint } = billing(postponingOnce)
  const system = await testSystem(endpoint)
  const replicas = [await system.start(), await system.start()]
  await system.publish(placed(1))
  await untilIdle()
  const owner = replicas.find(({ engine }) => engine.status().groups.some(({ lanes }) => lanes.length > 0))
  owner?.process.kill()
  await system.settled()
  expect(billed(system)).toEqual([1])
})

test('an endpoint with nothing scheduled seldom asks its store', async () => {
  const { endpoint } = billing()
  const system = await testSystem(endpoint)
  const looks = vi.spyOn(system.store, 'publishScheduled')
  await system.start()
  await passTime(60_000)
  expect(looks.mock.calls.length).toBeLessThanOrEqual(10)
})
