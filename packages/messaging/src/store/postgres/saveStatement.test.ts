import { expect, test } from 'vitest'
import type { UnitOfWork } from '../port.ts'
import { aNote, anOrder, aRecord, aSaga, aUnit, notes, orders, rowsOf } from '../conformance/fixture.ts'
import { SaveStatements } from './saveStatement.ts'

const saves = new SaveStatements()
const sqlOf = (...units: UnitOfWork[]) => saves.for(units)?.text

const some = (changes: Partial<UnitOfWork> = {}) => aUnit({ outgoing: [aRecord('one')], sent: ['1'], ...changes })
const [orderRows, noteRows] = [rowsOf(orders, anOrder()), rowsOf(notes, aNote(), aNote())]

test('the SQL depends on what there is to save, and not on how many units or rows there are', () => {
  const unit = some({ rows: new Map([...orderRows, ...noteRows]), sagas: [aSaga()] })
  expect(sqlOf(unit, unit, unit)).toBe(sqlOf(unit))
  expect(sqlOf(some({ rows: orderRows }), some({ rows: noteRows }), some({ sagas: [aSaga(), aSaga()] }))).toBe(sqlOf(unit))
})

test('the order of the tables makes no other SQL', () => {
  const oneWay = some({ rows: new Map([...orderRows, ...noteRows]) })
  const otherWay = some({ rows: new Map([...noteRows, ...orderRows]) })
  expect(sqlOf(otherWay)).toBe(sqlOf(oneWay))
  expect(sqlOf(some({ rows: orderRows }))).not.toBe(sqlOf(oneWay))
})

test('two tables of one name and different columns are two parts with names of their own', () => {
  const former = { ...orders, columns: { id: 'text' } as const }
  const names = sqlOf(some({ rows: new Map([...orderRows, ...rowsOf(former, { id: '1' })]) }))?.match(
    /\w+(?= as \(insert into "orders")/g,
  )
  expect(new Set(names).size).toBe(2)
})

test('a name in SQL is quoted, whatever it contains', () => {
  const odd = { name: 'sales.or"ders', columns: { 'to"tal': 'bigint' } as const }
  expect(sqlOf(aUnit({ rows: rowsOf(odd, { 'to"tal': 1 }) }))).toContain('insert into "sales"."or""ders" ("to""tal")')
})
