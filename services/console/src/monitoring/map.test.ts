import { expect, test } from 'vitest'
import type { Definition } from './definition.ts'
import { type MapNode, systemMap } from './map.ts'
import { spanOf } from './windows.ts'

const now = Date.parse('2026-03-01T10:00:03Z')
const span = spanOf(1, now)
const node = (name: string): MapNode => ({ name, state: 'running', failed: 0, lag: 0 })

const named = (type: string) => ({ type, topic: type, kind: 'event' as const })

function definition(handles: readonly string[], produces: readonly string[]): Definition {
  const handled = handles.map((type) => ({ ...named(type), handler: 'handle' }))
  return { handles: handled, produces: produces.map(named), delayed: [], partitions: 1, groups: [] }
}

const definitions = new Map([
  ['sales', definition(['PlaceOrder'], ['OrderPlaced'])],
  ['billing', definition(['OrderPlaced', 'ChargeOrder'], ['OrderBilled', 'ChargeOrder'])],
])
const handled = (source: string, endpoint: string, type: string, counts: { handled: number; failed?: number }) => ({
  source,
  endpoint,
  type,
  failed: 0,
  processing: 0,
  critical: 0,
  ...counts,
})

test('whoever hears what another says is connected with it, also while nobody says anything', () => {
  expect(systemMap([node('sales'), node('billing')], definitions, [], span)).toEqual({
    nodes: [node('sales'), node('billing')],
    edges: [
      { from: 'sales', to: 'billing', types: ['OrderPlaced'], perSecond: 0, failed: 0 },
      { from: 'billing', to: 'billing', types: ['ChargeOrder'], perSecond: 0, failed: 0 },
    ],
  })
})

test('what is really said is counted, and who says it without being an endpoint is outside', () => {
  const counts = [
    handled('sales', 'billing', 'OrderPlaced', { handled: 118, failed: 2 }),
    handled('sales', 'billing', 'OrderCorrected', { handled: 59 }),
    handled('legacy-erp', 'sales', 'PlaceOrder', { handled: 59 }),
  ]
  const { nodes, edges } = systemMap([node('sales'), node('billing')], definitions, counts, span)
  expect(nodes.map(({ name, state }) => [name, state])).toEqual([
    ['sales', 'running'],
    ['billing', 'running'],
    ['legacy-erp', 'outside'],
  ])
  expect(edges).toContainEqual({
    from: 'sales',
    to: 'billing',
    types: ['OrderCorrected', 'OrderPlaced'],
    perSecond: 3,
    failed: 2,
  })
  expect(edges).toContainEqual({ from: 'legacy-erp', to: 'sales', types: ['PlaceOrder'], perSecond: 1, failed: 0 })
})
