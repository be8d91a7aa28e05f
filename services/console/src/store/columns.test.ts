import { arrayOf, BinaryWriter } from '@petrel/messaging/operations'
import { expect, test } from 'vitest'
import { type Column, insertWriter } from './columns.ts'

interface Row {
  readonly id: string
  readonly kind: string | null
  readonly at: Date
}

const at = ({ at: time }: Row) => time
const columns: readonly Column<Row>[] = [
  ['id', 'text', ({ id }) => id],
  ['kind', 'letters', ({ kind }) => kind],
  ['first_at', 'timestamptz', at],
  ['last_at', 'timestamptz', at],
]

function insertOf(rows: readonly Row[]) {
  const writer = insertWriter('thing', columns)
  for (const row of rows) writer.add(row)
  return writer.take()
}

const row = (id: string, kind: string | null, day: number): Row => ({ id, kind, at: new Date(Date.UTC(2026, 0, day)) })
const array = (type: 'text' | 'timestamptz', values: readonly unknown[]) => arrayOf(new BinaryWriter(), type, values)

test('what all rows have the same stands once, and so does what several columns have', () => {
  const rows = [row('a', null, 1), row('b', null, 2), row('c', null, 3)]
  expect(insertOf(rows)).toEqual({
    text:
      'insert into thing (id, kind, first_at, last_at) select unnest($1::text[]), ($2::text[])[1]::letters, ' +
      'unnest($3::timestamptz[]), unnest($3::timestamptz[])',
    values: [
      array('text', ['a', 'b', 'c']),
      array('text', [null]),
      array(
        'timestamptz',
        rows.map((each) => each.at),
      ),
    ],
  })
})

test('a value that differs in the last row only is that of the last row only', () => {
  const insert = insertOf([row('a', 'x', 1), row('b', 'x', 1), row('c', 'y', 1)])
  expect(insert?.text).toContain('unnest($2::text[])::letters')
  expect(insert?.values[1]).toEqual(array('text', ['x', 'x', 'y']))
})

test('one row is one row, and none is nothing to write', () => {
  expect(insertOf([row('a', 'x', 1)])?.text).not.toContain('unnest')
  expect(insertOf([])).toBeUndefined()
})
