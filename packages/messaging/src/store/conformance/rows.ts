import { expect, test } from 'vitest'
import { WriteRefused } from '../port.ts'
import { aMessage, aNote, anOrder, aRecord, aUnit, notes, orders, rowsOf, type UnderTest } from './fixture.ts'

export function rowsConformance({ fixture, store, save }: UnderTest): void {
  test('rows of several tables are written as they were given', async () => {
    const given = [
      anOrder({ id: '1', total_cents: Number.MAX_SAFE_INTEGER, placed_at: null }),
      anOrder({ id: '2', total_cents: Number.MIN_SAFE_INTEGER, lines: { 'quo"te': '\\ back, {slash}', nothing: null } }),
      anOrder({ id: '3', placed_at: new Date(0), lines: ['täglich ☔', '𝄞', 'NULL', ''] }),
      anOrder({ id: '4', placed_at: new Date('0001-01-01T00:00:00Z'), lines: 'text' }),
      anOrder({ id: '5 "quoted", {braced} \\ NULL', placed_at: new Date('9999-12-31T23:59:59.999Z'), lines: 1.5 }),
    ]
    const noted = [
      aNote({ id: '00000000-0000-0000-0000-000000000000', text: null, urgent: true, quantity: null }),
      aNote({ id: 'ffffffff-ffff-ffff-ffff-ffffffffffff', text: '', quantity: 2_147_483_647 }),
    ]
    await save(aUnit({ rows: new Map([...rowsOf(orders, ...given), ...rowsOf(notes, ...noted)]) }))
    expect(await fixture().rows(orders)).toEqual(given)
    expect(await fixture().rows(notes)).toEqual(noted)
  })

  test('units with different numbers of rows are saved one after the other', async () => {
    for (const count of [1, 3, 500]) await save(aUnit({ rows: rowsOf(notes, ...Array.from({ length: count }, () => aNote())) }))
    expect(await fixture().rows(notes)).toHaveLength(504)
  })

  test('a row that breaks a constraint refuses the whole unit, with the name of the constraint', async () => {
    const handled = [aMessage(), aMessage()]
    const rows = new Map([...rowsOf(orders, anOrder()), ...rowsOf(notes, aNote(), aNote({ quantity: 0 }))])
    const refused = save(aUnit({ handled, rows, outgoing: [aRecord('too early')] }))
    await expect(refused).rejects.toThrow(WriteRefused)
    await expect(refused).rejects.toThrow('notes_quantity_positive')
    expect(await store().handledIds(handled)).toEqual(new Set())
    expect(await fixture().rows(orders)).toEqual([])
    expect(await store().pendingOutbox('lane-1')).toEqual([])
  })

  test('a row that exists refuses the unit, with the name of the key', async () => {
    const row = anOrder()
    await save(aUnit({ rows: rowsOf(orders, row) }))
    const refused = save(aUnit({ rows: rowsOf(orders, row) }))
    await expect(refused).rejects.toThrow(WriteRefused)
    await expect(refused).rejects.toThrow('orders_pkey')
  })

  test('after a refused unit the next one is saved', async () => {
    await expect(save(aUnit({ rows: rowsOf(notes, aNote({ quantity: -1 })) }))).rejects.toThrow(WriteRefused)
    await save(aUnit({ rows: rowsOf(notes, aNote({ quantity: 1 })) }))
    expect(await fixture().rows(notes)).toHaveLength(1)
  })

  test.each([
    ['a number where a text is expected', { id: 17 }, 'orders.id'],
    ['half of a cent', { total_cents: 0.5 }, 'orders.total_cents'],
    ['a date that is none', { placed_at: new Date('tomorrow') }, 'orders.placed_at'],
    ['a NUL character', { id: 'order\0' }, 'orders.id'],
    ['half of a surrogate pair', { id: 'order\ud83d' }, 'orders.id'],
    ['something that JSON does not have', { lines: () => {} }, 'orders.lines'],
  ])('a value that does not fit its column refuses the unit, with the name of the column: %s', async (_, changes, column) => {
    const handled = [aMessage()]
    const row = { ...anOrder(), ...changes } as ReturnType<typeof anOrder>
    const refused = save(aUnit({ handled, rows: rowsOf(orders, anOrder(), row) }))
    await expect(refused).rejects.toThrow(WriteRefused)
    await expect(refused).rejects.toThrow(column)
    expect(await store().handledIds(handled)).toEqual(new Set())
    expect(await fixture().rows(orders)).toEqual([])
  })
}
