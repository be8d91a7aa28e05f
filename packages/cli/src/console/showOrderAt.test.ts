import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import type { z } from 'zod'
import { screen } from '../screen.ts'
import type { ConsoleApi } from './consoleApi.ts'
import { showOrderAt } from './showOrderAt.ts'

const at = (ms: number) => new Date(Date.parse('2026-01-02T03:04:05.000Z') + ms).toISOString()
const handled = (endpoint: string, ms: number, more = {}) => ({
  endpoint,
  outcome: 'handled',
  attempt: 1,
  startedAt: at(ms),
  durationUs: 12_000,
  errorType: null,
  ...more,
})
const message = (name: string, from: string, ms: number, more = {}) => ({
  id: name,
  type: `shop.${name}`,
  kind: 'event',
  from,
  sentAt: at(ms),
  causationId: null,
  topic: `${from}.${name}`,
  handled: [],
  waiting: [],
  ...more,
})

const conversation = {
  conversationId: 'c-1',
  traceId: null,
  messages: [
    message('PlaceOrder', 'client-ui', 0, { kind: 'command', handled: [handled('sales', 5)] }),
    message('OrderPlaced', 'sales', 20, {
      causationId: 'PlaceOrder',
      handled: [
        handled('billing', 30, { outcome: 'retried', errorType: 'TypeError' }),
        handled('billing', 2_030, { outcome: 'deadLettered', attempt: 6, errorType: 'TypeError' }),
      ],
      waiting: ['loyalty'],
    }),
  ],
}

/** A console that knows these conversations. */
const consoleThatKnows = (items: readonly object[]): ConsoleApi => ({
  get: async <S extends z.ZodType>(schema: S, path: string) =>
    schema.parse(path === '/api/conversations' ? { items } : conversation),
  post: () => Promise.reject(new Error('Nothing is changed.')),
})

async function shown(items: readonly object[]): Promise<{ found: boolean; out: string }> {
  const stream = new PassThrough()
  const found = await showOrderAt(consoleThatKnows(items), { out: screen(stream) }, 'o-1', {})
  stream.end()
  return { found, out: await text(stream) }
}

const entry = (key: string, conversationId = 'c-1') => ({ conversationId, key, lastAt: at(0) })

test('an order reads as what led to what, with how long each took, who gave up and who has not tried', async () => {
  const { found, out } = await shown([entry('o-1')])
  expect(found).toBe(true)
  expect(out.split('\n').map((line) => line.trimEnd())).toEqual([
    'shop.OrderPlaced waits for you at billing.',
    'o-1  4 records in 2 s  2026-01-02T03:04:05.000Z, conversation c-1',
    '  0 ms  PlaceOrder from client-ui                     client-ui.PlaceOrder',
    ' +5 ms    sales handled it in 12 ms                   client-ui.PlaceOrder',
    '+20 ms    OrderPlaced from sales                      sales.OrderPlaced',
    '+20 ms      loyalty has not tried it yet              sales.OrderPlaced',
    '+30 ms      billing will try again: TypeError         sales.OrderPlaced',
    '  +2 s      billing gave up after 6 tries: TypeError  sales.OrderPlaced',
    '',
  ])
})

test('an order that nobody knows, and a short id of several, are said', async () => {
  expect(await shown([])).toEqual({ found: false, out: 'The console knows no conversation with o-1, as an id or a key.\n' })
  const { found, out } = await shown([entry('o-11'), entry('o-12', 'c-2')])
  expect(found).toBe(false)
  expect(out).toMatch(/^2 keys begin or end with o-1\. Which one\?\n.*\no-11 .*\no-12 /)
})
