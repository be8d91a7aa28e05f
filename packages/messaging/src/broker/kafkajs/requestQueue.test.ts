import { createRequire } from 'node:module'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { patchKafkajs } from './patches.ts'

beforeEach(() => {
  patchKafkajs()
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const passTime = (ms: number) => vi.advanceTimersByTimeAsync(ms)

const load = createRequire(import.meta.url)

/** The queue of a connection that is up. Requests that are sent get no answer. */
function openQueue() {
  const RequestQueue = load('kafkajs/src/network/requestQueue/index.js') as new (options: object) => {
    push(request: object): void
    fulfillRequest(response: object): void
    scheduleRequestTimeoutCheck(): void
    destroy(): void
  }
  const logger = { debug: () => {}, warn: () => {} }
  const queue = new RequestQueue({ requestTimeout: 10_000, enforceRequestTimeout: true, logger })
  queue.scheduleRequestTimeoutCheck()
  let sent = 0
  const push = (requestTimeout: number | null) => {
    const [answered, failed] = [vi.fn(), vi.fn()]
    const correlationId = sent++
    const entry = { correlationId, resolve: answered, reject: failed }
    queue.push({ entry, expectResponse: true, requestTimeout, sendRequest: () => {} })
    return { correlationId, answered, failed }
  }
  return { queue, push }
}

test('a request that is not answered in time fails, also when one was sent before that may take longer', async () => {
  const { push } = openQueue()
  const join = push(15_000)
  await passTime(1_000)
  const heartbeat = push(null)
  await passTime(9_900)
  expect(heartbeat.failed).not.toHaveBeenCalled()
  await passTime(200)
  expect(heartbeat.failed).toHaveBeenCalledOnce()
  expect(join.failed).not.toHaveBeenCalled()
  await passTime(5_000)
  expect(join.failed).toHaveBeenCalledOnce()
})

test('a request that was answered does not fail, and one that was sent after it still does', async () => {
  const { queue, push } = openQueue()
  const first = push(null)
  queue.fulfillRequest({ correlationId: first.correlationId, payload: Buffer.alloc(0), size: 0 })
  await passTime(5_000)
  const second = push(null)
  await passTime(10_100)
  expect(first.failed).not.toHaveBeenCalled()
  expect(first.answered).toHaveBeenCalledOnce()
  expect(second.failed).toHaveBeenCalledOnce()
})

test('a connection that has nothing to wait for sets no timer, and one that is made again times out as before', async () => {
  const { queue, push } = openQueue()
  expect(vi.getTimerCount()).toBe(0)
  push(null)
  queue.destroy()
  expect(vi.getTimerCount()).toBe(0)
  queue.scheduleRequestTimeoutCheck()
  const request = push(null)
  await passTime(10_100)
  expect(request.failed).toHaveBeenCalledOnce()
  expect(vi.getTimerCount()).toBe(0)
})
