import { expect, test } from 'vitest'
import { mapView } from '../testing/storyEndpoints.ts'
import { browserCode } from './browserCode.ts'

interface MapLayout {
  readonly placed: (map: object) => {
    readonly places: ReadonlyMap<string, { readonly column: number; readonly row: number; readonly rows: number }>
    readonly columns: number
  }
  readonly speedOf: (perSecond: number) => number
}
const { placed, speedOf } = await browserCode<MapLayout>('parts/mapLayout.js')

const map = mapView(0, { failed: {}, guards: [], silent: [] }) as {
  readonly nodes: readonly { readonly name: string }[]
  readonly edges: readonly object[]
}

test('the map begins on the left where messages begin, and everybody has a place of their own', () => {
  const { places, columns } = placed(map)
  const column = (name: string) => places.get(name)?.column ?? -1
  expect(column('client-ui')).toBe(0)
  expect(column('shopkeeper')).toBe(0)
  expect(column('client-ui')).toBeLessThan(column('sales'))
  expect(column('sales')).toBeLessThan(column('billing'))
  expect(column('billing')).toBeLessThan(column('email'))
  expect(columns).toBe(4)
  expect(new Set([...places.values()].map(({ column, row }) => `${column} ${row}`)).size).toBe(map.nodes.length)
})

const sorted = (drawn: ReturnType<MapLayout['placed']>) =>
  [...drawn.places].toSorted(([one], [another]) => one.localeCompare(another))

test('the same topology is drawn the same, in whatever order it comes', () => {
  const other = { nodes: map.nodes.toReversed(), edges: map.edges.toReversed() }
  expect(sorted(placed(other))).toEqual(sorted(placed(map)))
})

test('endpoints that talk to nobody, and circles, have a place as well', () => {
  const nodes = ['a', 'b', 'alone'].map((name) => ({ name }))
  const edges = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'a' },
    { from: 'a', to: 'a' },
  ]
  expect([...placed({ nodes, edges }).places.keys()].toSorted()).toEqual(['a', 'alone', 'b'])
  expect(placed({ nodes: [], edges: [] }).columns).toBe(0)
})

test('nothing moves where nothing flows', () => expect([0, 0.5, 5, 50, 500].map(speedOf)).toEqual([0, 1, 2, 3, 4]))
