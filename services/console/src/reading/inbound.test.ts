import type { BrokerRecord } from '@petrel/messaging/operations'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { inbound } from './inbound.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const kinds: Readonly<Record<string, { lingerMs?: number }>> = { audit: { lingerMs: 250 }, dlt: {} }
const record = (topic: string, offset: number): BrokerRecord => ({
  topic,
  partition: 0,
  offset: BigInt(offset),
  key: null,
  value: Buffer.from('x'),
  headers: {},
  timestamp: 0,
})

/** What is taken next, as soon as it is; undefined until then. */
function taking(queue: ReturnType<typeof inbound>) {
  const taken: { places?: string[] | undefined } = {}
  void queue.take().then((records) => (taken.places = records?.map(({ topic, offset }) => `${topic} ${offset}`)))
  return taken
}

test('records of a kind that waits for others are taken together, when the first has waited long enough', async () => {
  const queue = inbound((topic) => kinds[topic])
  const taken = taking(queue)
  queue.listener.onRecords([record('audit', 1)])
  await vi.advanceTimersByTimeAsync(200)
  queue.listener.onRecords([record('audit', 2)])
  await vi.advanceTimersByTimeAsync(49)
  expect(taken.places).toBeUndefined()
  await vi.advanceTimersByTimeAsync(1)
  expect(taken.places).toEqual(['audit 1', 'audit 2'])
})

test('records of another kind do not wait for those that do', async () => {
  const queue = inbound((topic) => kinds[topic])
  queue.listener.onRecords([record('audit', 1), record('dlt', 1), record('dlt', 2)])
  const first = taking(queue)
  await vi.advanceTimersByTimeAsync(0)
  expect(first.places).toEqual(['dlt 1', 'dlt 2'])
  const second = taking(queue)
  await vi.advanceTimersByTimeAsync(250)
  expect(second.places).toEqual(['audit 1'])
})

test('as many as are written together do not wait for more', async () => {
  const queue = inbound((topic) => kinds[topic])
  queue.listener.onRecords(Array.from({ length: 501 }, (_, offset) => record('audit', offset)))
  const full = taking(queue)
  await vi.advanceTimersByTimeAsync(0)
  expect(full.places).toHaveLength(500)
  const rest = taking(queue)
  await vi.advanceTimersByTimeAsync(250)
  expect(rest.places).toEqual(['audit 500'])
})

test('whoever waits is let go when it is closed', async () => {
  const queue = inbound((topic) => kinds[topic])
  const waiting = queue.take()
  queue.close()
  expect(await waiting).toBeUndefined()
})
