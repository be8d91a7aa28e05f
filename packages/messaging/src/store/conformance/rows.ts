import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { UnderTest } from '../conformance.ts'
import { WriteRefused } from '../port.ts'
import { aBatch, aNote, anOrder, aRecord, notes, orders, rowsOf } from './fixture.ts'

export function rowsConformance({ fixture, store, save }: UnderTest): void {
  describe('rows', () => {
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
      await save(aBatch({ rows: new Map([...rowsOf(orders, ...given), ...rowsOf(notes, ...noted)]) }))
      expect(await fixture().rows(orders)).toEqual(given)
      expect(await fixture().rows(notes)).toEqual(noted)
    })

    test('the same batch with another number of rows is no trouble', async () => {
      for (const count of [1, 3, 500])
        await save(aBatch({ rows: rowsOf(notes, ...Array.from({ length: count }, () => aNote())) }))
      expect(await fixture().rows(notes)).toHaveLength(504)
    })

    test('a row that breaks a constraint refuses the whole batch and names the constraint', async () => {
      const handled = [randomUUID(), randomUUID()]
      const rows = new Map([...rowsOf(orders, anOrder()), ...rowsOf(notes, aNote(), aNote({ quantity: 0 }))])
      const refused = save(aBatch({ handled, rows, outgoing: [aRecord('too early')] }))
      await expect(refused).rejects.toThrow(WriteRefused)
      await expect(refused).rejects.toThrow('notes_quantity_positive')
      expect(await store().handledIds(handled)).toEqual(new Set())
      expect(await fixture().rows(orders)).toEqual([])
      expect(await store().pendingOutbox('lane-1')).toEqual([])
    })

    test('a row that is there already refuses the batch and names the key', async () => {
      const row = anOrder()
      await save(aBatch({ rows: rowsOf(orders, row) }))
      const refused = save(aBatch({ rows: rowsOf(orders, row) }))
      await expect(refused).rejects.toThrow(WriteRefused)
      await expect(refused).rejects.toThrow('orders_pkey')
    })

    test('after a refused batch the next one is saved', async () => {
      await expect(save(aBatch({ rows: rowsOf(notes, aNote({ quantity: -1 })) }))).rejects.toThrow(WriteRefused)
      await save(aBatch({ rows: rowsOf(notes, aNote({ quantity: 1 })) }))
      expect(await fixture().rows(notes)).toHaveLength(1)
    })
  })
}
