import { afterEach, expect, test } from 'vitest'
import { passTime, useVirtualTime } from '../../engine/testing/virtualTime.ts'
import { silentLog } from '../../log.ts'
import { recordingListener } from '../conformance/fixture.ts'
import { accessTo } from './access.ts'
import type { RunOptions } from './run.ts'
import { subscribe, type KafkajsSubscription } from './subscribe.ts'

useVirtualTime()

const minute = 60_000
let subscription: KafkajsSubscription | undefined
afterEach(() => subscription?.stop())

/** @param ending what a consumer does: join or not, and how many milliseconds later it ends; undefined for never */
function subscribeWith(ending: (turn: number) => { readonly joins: boolean; readonly endsAfter?: number }) {
  const startedAt: number[] = []
  subscription = subscribe(
    { brokers: [], clientId: 'test', log: silentLog, access: accessTo({}, silentLog) },
    { group: 'billing', topics: ['orders'], listener: recordingListener().listener },
    (_, { membership, onJoined }: RunOptions) => {
      const ended = Promise.withResolvers<unknown>()
      const { joins, endsAfter } = ending(startedAt.push(Date.now()) - 1)
      if (joins) {
        membership.joined({ orders: [0] })
        onJoined()
      }
      if (endsAfter !== undefined) setTimeout(() => ended.resolve(new Error('cannot be read')), endsAfter)
      return { ended: ended.promise, stop: async () => ended.resolve(undefined) }
    },
  )
  return { subscription, startedAt, pauses: () => startedAt.slice(1).map((at, index) => at - (startedAt[index] ?? 0)) }
}

test('a consumer that fails soon after each join waits longer and longer before it rejoins, up to a minute', async () => {
  const { startedAt, pauses } = subscribeWith(() => ({ joins: true, endsAfter: 10 }))
  await passTime(10 * minute)
  expect(startedAt.length).toBeLessThan(30)
  expect(pauses().at(-1)).toBeGreaterThanOrEqual(minute / 2)
  expect(pauses().at(-1)).toBeLessThanOrEqual(minute + 10)
})

async function pausesOfFailingConsumer(): Promise<number[]> {
  const { pauses, subscription } = subscribeWith(() => ({ joins: true, endsAfter: 10 }))
  await passTime(minute)
  await subscription.stop()
  return pauses()
}

test('consumers that fail at the same moment do not rejoin at the same moment', async () => {
  const consumers = [await pausesOfFailingConsumer(), await pausesOfFailingConsumer(), await pausesOfFailingConsumer()]
  expect(new Set(consumers.map((pauses) => pauses[5])).size).toBe(3)
})

test('a consumer that was in its group for a minute is replaced at once', async () => {
  const { pauses } = subscribeWith((turn) => ({ joins: true, endsAfter: turn < 8 ? 10 : minute }))
  await passTime(5 * minute)
  const afterLongStays = pauses()
    .slice(8)
    .map((pause) => pause - minute)
  expect(afterLongStays.length).toBeGreaterThan(1)
  expect(Math.max(...afterLongStays)).toBeLessThanOrEqual(100)
})

test('a group that cannot be joined is tried again at least every three seconds', async () => {
  const { pauses } = subscribeWith((turn) => (turn < 20 ? { joins: false, endsAfter: 0 } : { joins: true }))
  await passTime(minute)
  expect(pauses()).toHaveLength(20)
  expect(Math.max(...pauses())).toBeLessThanOrEqual(3_000)
})

test('a subscription is not joined from the moment that its consumer ends until the next one has joined', async () => {
  const { subscription, startedAt } = subscribeWith(
    (turn) => ({ joins: turn !== 1, endsAfter: turn < 2 ? minute : undefined }) as never,
  )
  expect(subscription.isJoined()).toBe(true)
  await passTime(minute)
  expect(startedAt).toHaveLength(1)
  expect(subscription.isJoined()).toBe(false)
  await passTime(200)
  expect(startedAt).toHaveLength(2)
  expect(subscription.isJoined()).toBe(false)
  await passTime(minute + 200)
  expect(startedAt).toHaveLength(3)
  expect(subscription.isJoined()).toBe(true)
  await subscription.stop()
  expect(subscription.isJoined()).toBe(false)
})
