import { describe, expect, test } from 'vitest'
import type { Definition } from '../monitoring/definition.ts'
import { conversationView, type Evidence } from './conversation.ts'
import { aHandling, aMessage } from './testing/handlings.ts'

function hears(...types: readonly string[]): Definition {
  const handles = types.map((type) => ({ type, topic: topicOf(type), kind: 'event' as const, handler: 'handle' }))
  return { handles, produces: [], delayed: [], partitions: 1, groups: [] }
}

const topicOf = (type: string) => (type === 'sales.OrderPlaced' ? 'sales.order-placed' : type)

const view = (evidence: Partial<Evidence>) =>
  conversationView({
    handlings: [],
    sent: [],
    definitions: new Map(),
    committed: () => undefined,
    failureOf: () => undefined,
    ...evidence,
  })

describe('a message', () => {
  test('is shown once, with all who have handled it', () => {
    const { messages } = view({
      handlings: [aHandling('m', 'billing', { startedAt: 1_600 }), aHandling('m', 'stock')],
      sent: [aMessage('m')],
    })
    expect(messages).toHaveLength(1)
    expect(messages[0]).toMatchObject({ id: 'm', from: 'sales', waiting: [] })
    expect(messages[0]?.handled.map(({ endpoint }) => endpoint)).toEqual(['stock', 'billing'])
  })

  test('waits for those who hear it, have not tried it, and have it before them', () => {
    const { messages } = view({
      handlings: [aHandling('m', 'billing')],
      definitions: new Map([
        ['billing', hears('sales.OrderPlaced')],
        ['stock', hears('sales.OrderPlaced')],
        ['late', hears('sales.OrderPlaced')],
        ['new', hears('sales.OrderPlaced')],
        ['email', hears('billing.OrderBilled')],
      ]),
      committed: (endpoint) => ({ stock: 5n, late: 6n })[endpoint],
    })
    expect(messages[0]?.waiting, 'late has passed it before audits began').toEqual(['stock', 'new'])
  })

  test('that is tried again keeps its conversation waiting, until the last word is another one', () => {
    const again = aHandling('m', 'billing', { outcome: 'retried' })
    const later = { delivery: 'billing.retry.2s/0/1', at: 4_000, startedAt: 3_900 }
    expect(view({ handlings: [again] }).waiting).toEqual(['billing'])
    expect(view({ handlings: [again, aHandling('m', 'billing', { ...later, outcome: 'postponed' })] }).waiting).toEqual([
      'billing',
    ])
    expect(view({ handlings: [again, aHandling('m', 'billing', later)] }).waiting).toEqual([])
    expect(view({ handlings: [again, aHandling('m', 'billing', { ...later, outcome: 'deadLettered' })] }).waiting).toEqual([])
  })

  test('that nobody has handled waits, too', () => {
    const { messages, key } = view({ sent: [aMessage('m')], definitions: new Map([['billing', hears('sales.OrderPlaced')]]) })
    expect(messages).toMatchObject([{ id: 'm', kind: 'event', handled: [], waiting: ['billing'] }])
    expect(key).toBe('42')
  })

  test('is the same only with the same source', () => {
    expect(view({ sent: [aMessage('m'), aMessage('m', { source: 'elsewhere' })] }).messages).toHaveLength(2)
  })

  test('that failed leads to its failure, and tells each try', () => {
    const tries = [
      aHandling('m', 'billing', { outcome: 'retried', attempt: 3, errorType: 'TypeError', at: 2_000 }),
      aHandling('m', 'billing', {
        outcome: 'deadLettered',
        attempt: 6,
        errorType: 'TypeError',
        delivery: 'billing.retry.2s/0/1',
        at: 4_000,
        startedAt: 3_900,
      }),
    ]
    const { messages } = view({ handlings: tries, failureOf: (endpoint, { id }) => `failure of ${id} at ${endpoint}` })
    expect(messages[0]?.handled).toMatchObject([
      { outcome: 'retried', attempt: 3, failureId: null },
      { outcome: 'deadLettered', attempt: 6, errorType: 'TypeError', failureId: 'failure of m at billing' },
    ])
  })
})

describe('a delivery that was written down several times after a crash', () => {
  test('counts as it ended', () => {
    const { messages } = view({
      handlings: [aHandling('m', 'billing', { at: 3_000 }), aHandling('m', 'billing', { outcome: 'retried', at: 2_000 })],
    })
    expect(messages[0]?.handled).toMatchObject([{ outcome: 'handled' }])
  })

  test('was handled, and is no duplicate', () => {
    const { messages } = view({
      handlings: [aHandling('m', 'billing'), aHandling('m', 'billing', { outcome: 'duplicate', at: 9_000 })],
    })
    expect(messages[0]?.handled).toMatchObject([{ outcome: 'handled' }])
  })

  test('is a duplicate where it is another record of the same message', () => {
    const second = aHandling('m', 'billing', {
      outcome: 'duplicate',
      at: 9_000,
      delivery: 'sales.order-placed/0/6',
      startedAt: 8_000,
    })
    expect(view({ handlings: [aHandling('m', 'billing'), second] }).messages[0]?.handled).toHaveLength(2)
  })
})

test('messages are in the order of their sending, and within a millisecond by what led to what', () => {
  const sent = [
    aMessage('third', { causationId: 'second' }),
    aMessage('later', { sentAt: 2_000 }),
    aMessage('second', { causationId: 'first' }),
    aMessage('first'),
  ]
  expect(view({ sent }).messages.map(({ id }) => id)).toEqual(['first', 'second', 'third', 'later'])
})

test('messages that claim to have caused each other are shown all the same', () => {
  const sent = [aMessage('a', { causationId: 'b' }), aMessage('b', { causationId: 'a' })]
  expect(view({ sent }).messages).toHaveLength(2)
})
