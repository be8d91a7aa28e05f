import { expect, test } from 'vitest'
import { consoleSystem } from '../testing/consoleSystem.ts'
import { killedReplay } from '../testing/killedReplay.ts'

test('a replay of 10,000 goes on when the console that sends it is killed', async () => {
  await using shop = await consoleSystem()
  const { messages, second } = await killedReplay(shop, 10_000, 1_000)
  expect(messages).toBe(10_000)
  // What was sent and not written down yet: one step. The inbox drops it.
  expect(second).toBeLessThanOrEqual(200)
})
