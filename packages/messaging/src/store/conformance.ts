import { afterEach, beforeEach, describe } from 'vitest'
import { scheduledRecordsConformance } from './conformance/scheduledRecords.ts'
import type { StoreGround } from './conformance/fixture.ts'
import { inboxConformance } from './conformance/inbox.ts'
import { outboxConformance } from './conformance/outbox.ts'
import { rowsConformance } from './conformance/rows.ts'
import { sagasConformance } from './conformance/sagas.ts'
import type { UnitOfWork, Store } from './port.ts'

export type { StoreGround } from './conformance/fixture.ts'

/** What the tests of a part get: stores on the data of the test at hand. */
export interface UnderTest {
  readonly fixture: () => StoreGround
  /** Two replicas, the first of which does the work where one is enough. */
  readonly store: () => Store
  readonly other: () => Store
  readonly save: (work: UnitOfWork, by?: Store) => Promise<string | undefined>
}

/** What every store must promise; an adapter's test file calls this with a way to open empty data. */
export function storeConformance(name: string, open: () => Promise<StoreGround>): void {
  describe(name, () => {
    let fixture: StoreGround
    let store: Store
    let other: Store

    beforeEach(async () => {
      fixture = await open()
      store = fixture.replica()
      other = fixture.replica()
    })
    afterEach(() => fixture.close())

    const underTest: UnderTest = {
      fixture: () => fixture,
      store: () => store,
      other: () => other,
      save: async (work, by = store) => by.save(work, await fixture.begin(by)),
    }
    inboxConformance(underTest)
    outboxConformance(underTest)
    rowsConformance(underTest)
    sagasConformance(underTest)
    scheduledRecordsConformance(underTest)
  })
}
