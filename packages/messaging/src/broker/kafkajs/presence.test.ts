import { expect, onTestFinished, test } from 'vitest'
import { passTime, untilIdle, useVirtualTime } from '../../engine/testing/virtualTime.ts'
import type { ConsumerGroup } from './consumerHooks.ts'
import { presence } from './presence.ts'

useVirtualTime()

const second = 1_000
const rebalancing = Object.assign(new Error('the group is rebalancing'), { type: 'REBALANCE_IN_PROGRESS' })
const away = new Error('no connection')

/** A member that has joined and fetches. */
function fetchingMember() {
  const member = { heartbeats: 0, joins: 0, isBusy: false, answer: Promise.withResolvers<void>(), errors: [] as unknown[] }
  let failure: Error | undefined
  let answers: Promise<void> | undefined
  const coordinator = {
    heartbeat: async () => {
      member.heartbeats += 1
      await answers
      if (failure !== undefined) throw failure
    },
  }
  const group = { coordinator, groupId: 'billing', memberId: 'billing-1', generationId: 7 } as unknown as ConsumerGroup
  const join = () => {
    member.joins += 1
    return member.answer.promise
  }
  const there = presence({ isBusy: () => member.isBusy, onError: (error) => void member.errors.push(error) })
  onTestFinished(() => there.end())
  there.follow(group, join)
  there.keep()
  const failWith = (error: Error | undefined) => {
    failure = error
  }
  /** Holds back the answers to heartbeats. @returns gives them */
  const holdAnswers = () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    answers = promise
    return resolve
  }
  return Object.assign(member, { there, failWith, holdAnswers })
}

test('a member that waits for records sends heartbeats meanwhile, and more of them while it receives many', async () => {
  const member = fetchingMember()
  await passTime(10 * second)
  const whileIdle = member.heartbeats
  expect(whileIdle).toBeGreaterThanOrEqual(3)
  member.isBusy = true
  await passTime(10 * second)
  expect(member.heartbeats - whileIdle).toBeGreaterThanOrEqual(3 * whileIdle)
})

test('a member that hears of a rebalance asks to join, and stops fetching only when that is answered', async () => {
  const member = fetchingMember()
  member.failWith(rebalancing)
  await passTime(2 * second)
  expect(member.joins).toBe(1)
  expect(member.errors).toEqual([])
  member.answer.resolve()
  await untilIdle()
  expect(member.errors).toEqual([rebalancing])
  await member.there.join()
  expect(member.joins).toBe(1)
})

test('after it has joined, a member sends heartbeats again as soon as it fetches', async () => {
  const member = fetchingMember()
  member.failWith(rebalancing)
  member.answer.resolve()
  await passTime(2 * second)
  member.failWith(undefined)
  await member.there.join()
  const before = member.heartbeats
  await passTime(5 * second)
  expect(member.heartbeats).toBe(before)
  member.there.keep()
  await passTime(5 * second)
  expect(member.heartbeats).toBeGreaterThan(before)
})

test('when the coordinator refuses to let it join, the member learns so where it wants to join', async () => {
  const member = fetchingMember()
  member.failWith(rebalancing)
  await passTime(2 * second)
  member.answer.reject(away)
  await untilIdle()
  expect(member.errors).toEqual([rebalancing])
  await expect(member.there.join()).rejects.toBe(away)
})

test('a coordinator that cannot be reached is reported once for each time that fetching begins', async () => {
  const member = fetchingMember()
  member.failWith(away)
  await passTime(10 * second)
  expect(member.errors).toEqual([away])
  member.there.keep()
  await passTime(10 * second)
  expect(member.errors).toEqual([away, away])
})

test('a member that leaves while it waits to join hears nothing more', async () => {
  const member = fetchingMember()
  member.failWith(rebalancing)
  await passTime(2 * second)
  member.there.end()
  member.answer.resolve()
  await passTime(5 * second)
  expect(member.errors).toEqual([])
  expect(member.heartbeats).toBe(1)
})

test('a heartbeat that is answered after the member has left changes nothing', async () => {
  const member = fetchingMember()
  member.failWith(rebalancing)
  const answer = member.holdAnswers()
  await passTime(2 * second)
  expect(member.heartbeats).toBe(1)
  member.there.end()
  answer()
  await untilIdle()
  expect(member.joins).toBe(0)
  expect(member.errors).toEqual([])
})
