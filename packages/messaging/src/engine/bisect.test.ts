import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Constraint } from '../store/memory.ts'
import { bisect } from './bisect.ts'
import { billing, placed } from './testing/billing.ts'
import { bills } from './testing/messages.ts'
import { testSystem } from './testing/testSystem.ts'
import { useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

describe('bisect', () => {
  test('bisect finds every item to blame, and handles the others in their order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }), async (good) => {
        const items = good.map((isGood, number) => ({ isGood, number }))
        const handled: number[] = []
        const blamed: number[] = []
        const handle = async (half: readonly (typeof items)[number][]): Promise<void> => {
          if (half.every(({ isGood }) => isGood)) handled.push(...half.map(({ number }) => number))
          else await bisect(half, handle, async ({ number }) => void blamed.push(number))
        }
        await handle(items)
        expect(handled).toEqual(items.filter(({ isGood }) => isGood).map(({ number }) => number))
        expect(blamed).toEqual(items.filter(({ isGood }) => !isGood).map(({ number }) => number))
      }),
    )
  })
})

test('a row that the database refuses makes only the handler of its own message run again', async () => {
  const refused: Constraint = { table: bills, name: 'not_50', holds: ({ number }) => number !== 50 }
  const { endpoint, runs } = billing(undefined, { recoverability: { immediate: 2, delayed: [] } })
  const system = await testSystem(endpoint, { constraints: [refused] })
  const ids = await system.publish(...Array.from({ length: 100 }, (_, number) => placed(number)))
  await system.start()
  await system.settled()
  expect(system.store.rows(bills)).toHaveLength(99)
  expect(runs).toHaveLength(102)
  expect(runs.filter(({ number }) => number !== 50)).toHaveLength(99)
  expect(await system.ids('billing.dlt')).toEqual([ids[50]])
})
