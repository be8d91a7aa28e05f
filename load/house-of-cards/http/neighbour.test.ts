import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { deadlineIn } from './deadline.ts'
import { neighbourAt } from './neighbour.ts'
import { mayBeDone } from './refused.ts'

const closing: (() => void)[] = []
afterEach(() => closing.splice(0).forEach((close) => close()))

type Respond = (response: ServerResponse, attempt: number) => void

/** A neighbour that answers each attempt in its own way. @returns what was heard, too */
async function neighbour(respond: Respond, { hasKeys = true, attemptMs = 5_000 } = {}) {
  const heard: IncomingMessage['headers'][] = []
  const server = createServer((request, response) => {
    heard.push(request.headers)
    respond(response, heard.length)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.close()
    server.closeAllConnections()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const ask = neighbourAt(url, { hasKeys, attemptMs })
  return {
    keys: () => heard.map((headers) => headers['idempotency-key']),
    patience: () => heard.map((headers) => Number(headers['x-patience-ms'])),
    ask: (waitsMs = 30_000) => ask({ path: '/', body: {}, key: '42', deadline: deadlineIn(waitsMs) }),
  }
}

const say = (response: ServerResponse, status: number, headers = {}) => {
  response.writeHead(status, headers)
  response.end('{}')
}

test('a neighbour that stumbles is asked again under the same key', async () => {
  const { ask, keys } = await neighbour((response, attempt) => say(response, attempt < 3 ? 500 : 200))
  expect((await ask()).status).toBe(200)
  expect(keys()).toEqual(['42', '42', '42'])
})

test('without keys each attempt is a request of its own', async () => {
  const { ask, keys } = await neighbour((response, attempt) => say(response, attempt < 3 ? 500 : 200), { hasKeys: false })
  await ask()
  expect(new Set(keys()).size).toBe(3)
  expect(keys()).not.toContain('42')
})

test('after three retries it is over, and nobody knows whether it was done', async () => {
  const { ask, keys } = await neighbour((response) => say(response, 500))
  const refused: unknown = await ask().catch((error: unknown) => error)
  expect(keys()).toHaveLength(4)
  expect(mayBeDone(refused)).toBe(true)
})

test('what was always turned away was certainly not done', async () => {
  const { ask } = await neighbour((response) => say(response, 429))
  const refused: unknown = await ask().catch((error: unknown) => error)
  expect(mayBeDone(refused)).toBe(false)
})

test('an attempt that has no answer in time may have been done', async () => {
  const { ask, keys } = await neighbour(() => {}, { attemptMs: 200 })
  const refused: unknown = await ask().catch((error: unknown) => error)
  expect(refused).toMatchObject({ status: 504 })
  expect(mayBeDone(refused)).toBe(true)
  expect(keys()).toHaveLength(4)
})

test('who is not there has done nothing', async () => {
  const { ask } = await neighbour((response) => say(response, 200))
  closing.splice(0).forEach((close) => close())
  const refused: unknown = await ask().catch((error: unknown) => error)
  expect(refused).toMatchObject({ status: 503 })
  expect(mayBeDone(refused)).toBe(false)
})

test('what was tried often enough further on is not tried again here', async () => {
  const { ask, keys } = await neighbour((response) => say(response, 503, { 'x-tried': 'yes' }))
  await expect(ask()).rejects.toMatchObject({ isTried: true })
  expect(keys()).toHaveLength(1)
})

test('nobody is asked again when the customer has gone by then', async () => {
  const { ask, keys } = await neighbour((response) => say(response, 429, { 'retry-after': '1' }))
  await expect(ask(500)).rejects.toMatchObject({ isTried: true })
  expect(keys()).toHaveLength(1)
})

test('a neighbour is told how long the customer still waits', async () => {
  const { ask, patience } = await neighbour((response) => say(response, 200))
  await ask(5_000)
  expect(patience()[0]).toBeLessThan(5_000)
  expect(patience()[0]).toBeGreaterThan(0)
})

test('an answer that will stay the same is an answer', async () => {
  const { ask, keys } = await neighbour((response) => say(response, 402))
  expect((await ask()).status).toBe(402)
  expect(keys()).toHaveLength(1)
})
