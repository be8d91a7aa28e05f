import { expect, test } from 'vitest'
import { Postpone } from '../definition/outcome.ts'
import type { Log } from '../log.ts'
import { billing, placed } from './testing/billing.ts'
import { bills } from './testing/messages.ts'
import { testSystem } from './testing/testSystem.ts'
import { untilIdle, useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

/** A log, and the messages that were logged. */
function recordingLog() {
  const lines: string[] = []
  const line = (_: object, message: string) => void lines.push(message)
  const log: Log = { debug: line, info: line, warn: line, error: line }
  return { log, lines }
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)

test('after many failures in a row messages are handled one at a time, until one succeeds', async () => {
  let isDown = true
  let inside = 0
  const most: number[] = []
  const { endpoint } = billing(
    async ({ number }) => {
      inside += 1
      most[number] = inside
      await new Promise((resolve) => setImmediate(resolve))
      inside -= 1
      if (isDown) throw new Error('everything is down')
    },
    { partitions: 3, recoverability: { immediate: 0, delayed: [], outageGuard: 10 } },
  )
  const { log, lines } = recordingLog()
  const system = await testSystem(endpoint, { log })
  const { engine } = await system.start()
  await system.publish(...upTo(120).map((number) => ({ message: placed(number), partition: number % 3 })))
  await system.settled()
  expect(engine.status().outageGuard).toEqual({ on: true, failuresInARow: 120 })
  expect(lines.filter((line) => line.startsWith('outage guard on'))).toHaveLength(1)
  expect(most.filter((beside) => beside === 1).length).toBeGreaterThan(60)

  isDown = false
  most.length = 0
  await system.publish(...upTo(120).map((number) => ({ message: placed(number), partition: number % 3 })))
  await system.settled()
  expect(engine.status().outageGuard).toEqual({ on: false, failuresInARow: 0 })
  expect(lines.filter((line) => line.startsWith('outage guard off'))).toHaveLength(1)
  expect(Math.max(...most)).toBeGreaterThan(1)
  expect(system.store.rows(bills)).toHaveLength(120)
})

test('the outage guard does not count a postponed message as a failure', async () => {
  const { endpoint } = billing(
    (_, __, run) => {
      if (run === 1) throw new Postpone('1s')
    },
    { recoverability: { outageGuard: 2 } },
  )
  const system = await testSystem(endpoint)
  const { engine } = await system.start()
  await system.publish(placed(1), placed(2), placed(3), placed(4))
  await untilIdle()
  expect(engine.status().outageGuard).toEqual({ on: false, failuresInARow: 0 })
  await system.settled()
})
