import { describe, expect, test } from 'vitest'
import { memoryStore } from '../store/memory.ts'
import { LockNotFree, type Store, StoreUnavailable, type UnitOfWork } from '../store/port.ts'
import { groupCommit } from './groupCommit.ts'
import { billing, placed } from './testing/billing.ts'
import { bills } from './testing/messages.ts'
import { testSystem } from './testing/testSystem.ts'
import { untilIdle, useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

const unit = (lane: string, number: number): UnitOfWork => ({
  lane,
  handled: [{ source: 'outside', id: `m-${number}`, formerId: `m-${number}` }],
  outgoing: [{ topic: 't', key: lane, value: null, headers: {} }],
  rows: new Map([[bills, [{ message_id: `m-${number}`, order_id: lane, number }]]]),
  sagas: [],
  scheduled: [],
  sent: [],
})

/** A store that answers when the test calls `answer`. */
function slowStore(store = memoryStore({ constraints: [{ table: bills, name: 'not_3', holds: ({ number }) => number !== 3 }] })) {
  const asked: string[][] = []
  const answers: (() => void)[] = []
  const save = async (units: readonly UnitOfWork[]) => {
    asked.push(units.map(({ lane }) => lane))
    await new Promise<void>((resolve) => answers.push(resolve))
    return store.save(units)
  }
  return {
    store: { ...store, save },
    rows: () => store.rows(bills),
    asked,
    answer: () => answers.shift()?.(),
    failNext: (...fault: Parameters<typeof store.failNext>) => store.failNext(...fault),
  }
}

/** Saves units of lanes with these numbers, each in a turn of its own. */
async function saveInTurns(store: Store, numbers: readonly number[]) {
  const saves = []
  for (const number of numbers) {
    saves.push(store.save([unit(`lane-${number}`, number)]))
    await untilIdle()
  }
  return saves
}

describe('lanes that save at the same time', () => {
  test('lanes that wait for running statements share the next one, and each gets the id of its own outbox row', async () => {
    const { store, asked, answer } = slowStore()
    const saves = await saveInTurns(groupCommit(store), [1, 2, 4, 5])
    expect(asked).toEqual([['lane-1'], ['lane-2']])
    answer()
    await untilIdle()
    expect(asked.at(-1)).toEqual(['lane-4', 'lane-5'])
    answer()
    answer()
    const ids = (await Promise.all(saves)).flat()
    expect(new Set(ids).size).toBe(4)
    for (const [index, number] of [1, 2, 4, 5].entries())
      expect((await store.pendingOutbox(`lane-${number}`)).map(({ id }) => id)).toEqual([ids[index]])
  })

  test('a row that is refused fails the save of its own lane only', async () => {
    const { store, answer, rows } = slowStore()
    const shared = groupCommit(store)
    const saves = [1, 2, 3, 4].map((number) => shared.save([unit(`lane-${number}`, number)]))
    const outcomes = Promise.allSettled(saves)
    for (let turn = 0; turn < 8; turn += 1) {
      answer()
      await untilIdle()
    }
    expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    expect(rows().map(({ number }) => number)).toEqual([1, 2, 4])
  })

  test('a row that somebody keeps locked holds up the lane that writes it, and no other', async () => {
    const store = memoryStore()
    const save = async (units: readonly UnitOfWork[]) => {
      if (units.some(({ lane }) => lane === 'lane-3')) throw new LockNotFree('canceling statement due to lock timeout')
      return store.save(units)
    }
    const shared = groupCommit({ ...store, save })
    const saves = [1, 2, 3, 4].map((number) => shared.save([unit(`lane-${number}`, number)]))
    const outcomes = await Promise.allSettled(saves)
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
  })

  test('when the store is away, the saves that share a statement or wait for one are rejected', async () => {
    const { store, answer, failNext } = slowStore()
    failNext('save', 'before', new StoreUnavailable('restarting'))
    const saves = Promise.allSettled(await saveInTurns(groupCommit(store), [1, 2, 4]))
    for (let turn = 0; turn < 4; turn += 1) {
      answer()
      await untilIdle()
    }
    const outcomes = await saves
    expect(outcomes[0]?.status).toBe('rejected')
    expect(outcomes[2]?.status).toBe('rejected')
  })
})

test('a lane with a slow handler does not delay the save of another', async () => {
  const { endpoint } = billing(({ number }) => (number === 0 ? new Promise(() => {}) : undefined), { partitions: 3 })
  const system = await testSystem(endpoint)
  await system.start()
  await system.publish(
    { message: placed(0), partition: 0 },
    { message: placed(1), partition: 1 },
    { message: placed(2), partition: 2 },
  )
  await untilIdle()
  expect(system.store.rows(bills).map(({ number }) => number)).toEqual([1, 2])
})
