import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { milliseconds } from '../definition/duration.ts'
import { endpoint as define, type Endpoint } from '../definition/endpoint.ts'
import { batchHandler } from '../definition/handler.ts'
import { StoreUnavailable } from '../store/port.ts'
import { moveLimitMs, stuckLanes } from './liveness.ts'
import type { Engine } from './startEngine.ts'
import { type LaneStatus, statusBeforeJoining, waitForEarlierBatch, waitForRecords, waitForTurn } from './status.ts'
import { billing, placed, transactionalBilling } from './testing/billing.ts'
import { gates, range } from './testing/gates.ts'
import { OrderPlaced } from './testing/messages.ts'
import { type TestSystem, testSystem } from './testing/testSystem.ts'
import { passTime, untilIdle, useVirtualTime } from './testing/virtualTime.ts'

const doings = (engine: Engine) => engine.status().groups.flatMap(({ lanes }) => lanes.map(({ doing }) => doing))
const minutes = (count: number) => count * 60_000
const waits = (records: number, dueAt?: string) => ({ records, bytes: records, ...(dueAt !== undefined && { dueAt }) })
const limitOf = (changes: Parameters<typeof billing>[1]) => moveLimitMs(billing(undefined, changes).endpoint)

describe('the decision', () => {
  const now = Date.UTC(2030, 0, 1)
  const limitMs = milliseconds('6m')
  const ago = (ms: number) => new Date(now - ms).toISOString()

  const isStuck = (lane: Pick<LaneStatus, 'doing' | 'movedAt'> & Partial<LaneStatus>) => {
    const waiting = { records: 0, bytes: 0 }
    const lanes = [{ lane: 'billing/0', since: lane.movedAt, waiting, ...lane }]
    const status = { ...statusBeforeJoining('billing'), groups: [{ group: 'billing', joined: true, lanes }] }
    return stuckLanes(status, limitMs, now).length > 0
  }

  test.each([
    ['has waited for records since yesterday', waitForRecords, minutes(1_440), waits(0), false],
    ['leaves records alone that it could handle', waitForRecords, minutes(7), waits(3), true],
    ['is about to take records', waitForRecords, minutes(5), waits(3), false],
    ['has records that are not due', waitForRecords, minutes(1_440), waits(3, ago(-minutes(60))), false],
    ['has records that have just become due', waitForRecords, minutes(1_440), waits(3, ago(minutes(5))), false],
    ['leaves records alone that have long been due', waitForRecords, minutes(1_440), waits(3, ago(minutes(7))), true],
    ['has begun a handler a moment ago', 'run handlers', minutes(5), waits(0), false],
    ['has begun a handler long ago', 'run handlers', minutes(7), waits(0), true],
    ['has tried to save a moment ago', 'save a batch', minutes(5), waits(9), false],
    ['has tried to save long ago', 'save a batch', minutes(7), waits(9), true],
    ['waits for other lanes while the outage guard is on', waitForTurn, minutes(1_440), waits(9), false],
    ['waits for its own end from before a rebalance', waitForEarlierBatch, minutes(1_440), waits(9), false],
  ])('about a lane that %s', (_, doing, movedMsAgo, waiting, stuck) => {
    expect(isStuck({ doing, movedAt: ago(movedMsAgo), waiting })).toBe(stuck)
  })

  const lanes = fc.record({
    doing: fc.constantFrom(waitForRecords, waitForTurn, 'run handlers', 'save a batch'),
    failures: fc.nat(),
    waiting: fc.record({ records: fc.nat(1_000), bytes: fc.nat() }),
  })

  test('a lane that has moved within its limit is never stuck, whatever it does', () => {
    fc.assert(fc.property(lanes, fc.nat(limitMs), (lane, movedMsAgo) => !isStuck({ ...lane, movedAt: ago(movedMsAgo) })))
  })

  test('a process is alive while it waits to join', () => {
    expect(stuckLanes(statusBeforeJoining('billing'), limitMs, now)).toEqual([])
  })

  test('handlers with a longer time limit, or more tries at once, have more time', () => {
    expect(limitOf({ handlerTimeLimit: '1h' })).toBeGreaterThan(3 * milliseconds('1h'))
    expect(limitOf({ handlerTimeLimit: '1h', recoverability: { immediate: 9 } })).toBeGreaterThan(10 * milliseconds('1h'))
  })
})

const seconds = (count: number) => new Promise<void>((resolve) => setTimeout(resolve, count * 1_000))

const stuck = (engine: Engine, endpoint: Endpoint) => stuckLanes(engine.status(), moveLimitMs(endpoint), Date.now())

async function expectAliveFor(engine: Engine, endpoint: Endpoint, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    await passTime(60_000)
    expect(stuck(engine, endpoint)).toEqual([])
  }
}

function takeStoreAway({ store }: TestSystem) {
  const save = store.save.bind(store)
  store.save = async () => {
    throw new StoreUnavailable('the database is away')
  }
  return { bringBack: () => void (store.save = save) }
}

describe('a process', () => {
  useVirtualTime()

  test('is alive while nothing comes', async () => {
    const { endpoint } = billing()
    const system = await testSystem(endpoint)
    const { engine } = await system.start()
    await expectAliveFor(engine, endpoint, 60)
  })

  test('is alive while the database is away, also while its partitions go and come back', async () => {
    const { endpoint } = billing(undefined, { partitions: 2 })
    const system = await testSystem(endpoint)
    const { engine } = await system.start()
    const database = takeStoreAway(system)
    await system.publish({ message: placed(0), partition: 0 }, { message: placed(1), partition: 1 })
    await untilIdle()
    const second = await system.start()
    await untilIdle()
    second.process.kill()
    await untilIdle()
    expect(doings(engine)).toContain(waitForEarlierBatch)

    await expectAliveFor(engine, endpoint, 60)

    database.bringBack()
    await system.settled()
  })

  test('is alive while the database is away and the outage guard is on', async () => {
    const { endpoint } = billing(
      ({ number }) => {
        if (number < 20) throw new Error('everything fails')
      },
      { partitions: 3, recoverability: { immediate: 0, delayed: [], outageGuard: 5 } },
    )
    const system = await testSystem(endpoint)
    const { engine } = await system.start()
    await system.publish(...range(0, 20).map((number) => ({ message: placed(number), partition: number % 3 })))
    await system.settled()
    const database = takeStoreAway(system)
    await system.publish(...range(20, 29).map((number) => ({ message: placed(number), partition: number % 3 })))
    await untilIdle()
    expect(doings(engine)).toContain(waitForTurn)

    await expectAliveFor(engine, endpoint, 60)

    database.bringBack()
    await system.settled()
  })

  test.each([
    ['a plain handler', billing],
    ['a transactional handler', transactionalBilling],
  ])('is alive while %s takes its time for each of a hundred messages of one key', async (_, make) => {
    const { endpoint } = make(() => seconds(25))
    const system = await testSystem(endpoint)
    const { engine } = await system.start()
    await system.publish(...range(0, 100).map((number) => placed(number, 'a')))
    await expectAliveFor(engine, endpoint, 40)
    await system.settled()
  })

  test('is alive while its lanes wait for the turns of slow batches', async () => {
    const endpoint = define({
      name: 'billing',
      partitions: 36,
      recoverability: { delayed: ['1h'] },
      // In time when it is alone; together it fails, so that each lane runs alone.
      handlers: [
        batchHandler(OrderPlaced, async (orders) => {
          await seconds(29)
          if (orders.length > 1) throw new Error('too many')
        }),
      ],
    })
    const system = await testSystem(endpoint)
    const { engine } = await system.start()
    await system.publish(...range(0, 36).map((number) => ({ message: placed(number), partition: number })))
    await expectAliveFor(engine, endpoint, 40)
    await system.settled()
  })

  test('is alive while a message waits for its delayed retry', async () => {
    const { endpoint } = billing(
      (_, __, run) => {
        if (run === 1) throw new Error('not today')
      },
      { recoverability: { immediate: 0, delayed: ['1h'] } },
    )
    const system = await testSystem(endpoint)
    const { engine } = await system.start()
    await system.publish(placed(1))
    await expectAliveFor(engine, endpoint, 59)
    await system.settled()
  })

  test('is not alive when a save never comes to an end', async () => {
    const { endpoint } = billing()
    const system = await testSystem(endpoint)
    const { engine } = await system.start()
    system.store.save = () => new Promise(() => {})
    await system.publish(placed(1))
    await passTime(milliseconds('5m'))
    expect(stuck(engine, endpoint)).toEqual([])
    await passTime(milliseconds('2m'))
    expect(stuck(engine, endpoint)).toMatchObject([{ lane: 'billing/0', doing: 'save a batch' }])
  })

  test('is not alive when a batch that never ends has lost its partition and got it back', async () => {
    const gate = gates()
    const { endpoint } = billing(({ number }) => gate.hold(number), { partitions: 2 })
    const system = await testSystem(endpoint)
    const { engine } = await system.start()
    system.store.save = () => new Promise(() => {})
    await system.publish({ message: placed(0), partition: 0 }, { message: placed(1), partition: 1 })
    await untilIdle()
    gate.open(0)
    gate.open(1)
    await untilIdle()
    const second = await system.start()
    second.process.kill()
    await passTime(milliseconds('7m'))
    expect(stuck(engine, endpoint).map(({ doing }) => doing)).toEqual(['save a batch', 'save a batch'])
  })
})
