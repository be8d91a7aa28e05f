import { afterEach, beforeEach, describe } from 'vitest'
import { dueRecordsConformance } from './conformance/dueRecords.ts'
import type { StoreGround } from './conformance/ground.ts'
import { inboxConformance } from './conformance/inbox.ts'
import { outboxConformance } from './conformance/outbox.ts'
import { rowsConformance } from './conformance/rows.ts'
import { sagasConformance } from './conformance/sagas.ts'
import type { Decisions, Store } from './port.ts'

export type { StoreGround } from './conformance/ground.ts'

/** What the tests of a part get: stores on the data of the test at hand. */
export interface UnderTest {
  readonly ground: () => StoreGround
  /** Two replicas, the first of which does the work where one is enough. */
  readonly store: () => Store
  readonly other: () => Store
  readonly save: (decisions: Decisions, by?: Store) => Promise<string | undefined>
}

/** What every store must promise; an adapter's test file calls this with a way to open empty data. */
export function storeConformance(name: string, open: () => Promise<StoreGround>): void {
  describe(name, () => {
    let ground: StoreGround
    let store: Store
    let other: Store

    beforeEach(async () => {
      ground = await open()
      store = ground.replica()
      other = ground.replica()
    })
    afterEach(() => ground.close())

    const underTest: UnderTest = {
      ground: () => ground,
      store: () => store,
      other: () => other,
      save: async (decisions, by = store) => by.save(decisions, await ground.begin(by)),
    }
    inboxConformance(underTest)
    outboxConformance(underTest)
    rowsConformance(underTest)
    sagasConformance(underTest)
    dueRecordsConformance(underTest)
  })
}
