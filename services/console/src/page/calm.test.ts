import { expect, test } from 'vitest'
import { browserCode } from './browserCode.ts'

interface Item {
  readonly id: string
  readonly count?: number
}
interface Held {
  readonly query: string | undefined
  readonly rows: readonly { readonly item: Item; readonly isGone: boolean }[]
}
interface Calm {
  readonly noRows: Held
  readonly anew: (query: string, items: readonly Item[]) => Held
  readonly calmed: (held: Held, query: string, items?: readonly Item[], isElsewhere?: (item: Item) => boolean) => Held
  readonly freshIn: (held: Held, items?: readonly Item[]) => number
}
const { noRows, anew, calmed, freshIn } = await browserCode<Calm>('parts/calm.js')

const items = (...ids: string[]): Item[] => ids.map((id) => ({ id }))
const shown = ({ rows }: Held) => rows.map(({ item, isGone }) => `${item.id}${isGone ? ' gone' : ''}`)

test('an empty list shows what comes, at once', () => {
  const held = calmed(calmed(noRows, 'all'), 'all', [])
  expect(shown(calmed(held, 'all', items('a', 'b')))).toEqual(['a', 'b'])
})

test('a new row waits, wherever it would stand, and is counted', () => {
  const answer = items('new', 'a', 'b')
  const held = calmed(anew('all', items('a', 'b')), 'all', answer)
  expect(shown(held)).toEqual(['a', 'b'])
  expect(freshIn(held, answer)).toBe(1)
  expect(shown(anew('all', answer))).toEqual(['new', 'a', 'b'])
})

test('a row that changes changes in its place, also when the answer has another order', () => {
  const held = calmed(anew('all', items('a', 'b')), 'all', [{ id: 'b', count: 7 }, { id: 'a' }])
  expect(held.rows.map(({ item }) => item)).toEqual([{ id: 'a' }, { id: 'b', count: 7 }])
})

test('a row that is gone stays and says so; one that is only on another page is not gone', () => {
  const held = anew('all', items('a', 'b', 'c'))
  expect(shown(calmed(held, 'all', items('a'), ({ id }) => id === 'c'))).toEqual(['a', 'b gone', 'c'])
})

test('when all are gone they stay until something comes', () => {
  const held = calmed(anew('all', items('a')), 'all', [])
  expect(shown(held)).toEqual(['a gone'])
  expect(shown(calmed(held, 'all', []))).toEqual(['a gone'])
  expect(shown(calmed(held, 'all', items('b')))).toEqual(['b'])
})

test('a row that comes back is there again', () => {
  const held = calmed(anew('all', items('a', 'b')), 'all', items('b'))
  expect(shown(calmed(held, 'all', items('a', 'b')))).toEqual(['a', 'b'])
})

test('another question begins the list anew', () => {
  expect(shown(calmed(anew('all', items('a')), 'some', items('b')))).toEqual(['b'])
})
