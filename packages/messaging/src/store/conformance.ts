import { afterEach, beforeEach, describe } from 'vitest'
import { censusConformance } from './conformance/census.ts'
import { inATransaction, inOneStatement, type SaveUnit, type StoreFixture, type UnderTest } from './conformance/fixture.ts'
import { inboxConformance } from './conformance/inbox.ts'
import { outboxConformance } from './conformance/outbox.ts'
import { positionsConformance } from './conformance/positions.ts'
import { rowsConformance } from './conformance/rows.ts'
import { sagasConformance } from './conformance/sagas.ts'
import { scheduledRecordsConformance } from './conformance/scheduledRecords.ts'
import { transactionsConformance } from './conformance/transactions.ts'
import { unitsConformance } from './conformance/units.ts'
import type { Store } from './port.ts'

/** What every store must promise; an adapter's test file calls this with a way to open empty data. */
export function storeConformance(name: string, open: () => Promise<StoreFixture>): void {
  describe(name, () => {
    describe('saving in one statement', () => oneUnitConformance(prepare(open, inOneStatement)))
    describe('saving at the end of a transaction', () => oneUnitConformance(prepare(open, inATransaction)))
    describe('saving several units', () => unitsConformance(prepare(open, inOneStatement)))
    describe('transactions', () => transactionsConformance(prepare(open, inATransaction)))
  })
}

function oneUnitConformance(underTest: UnderTest): void {
  describe('census', () => censusConformance(underTest))
  describe('inbox', () => inboxConformance(underTest))
  describe('outbox', () => outboxConformance(underTest))
  describe('positions', () => positionsConformance(underTest))
  describe('rows', () => rowsConformance(underTest))
  describe('sagas', () => sagasConformance(underTest))
  describe('scheduled records', () => scheduledRecordsConformance(underTest))
}

function prepare(open: () => Promise<StoreFixture>, saveUnit: SaveUnit): UnderTest {
  let fixture: StoreFixture
  let store: Store
  let other: Store

  beforeEach(async () => {
    fixture = await open()
    store = fixture.replica()
    other = fixture.replica()
  })
  afterEach(() => fixture.close())

  return {
    fixture: () => fixture,
    store: () => store,
    other: () => other,
    save: (unit, by = store) => saveUnit(by, unit),
  }
}
