import { expect, test } from 'vitest'
import { testSystem } from '../../../../../test/support/stack.ts'
import { aMessage, aRecord, aSaga, aUnit } from '../conformance/fixture.ts'
import { openPool } from './connections.ts'
import { migrate, petrelMigrations } from './migrate.ts'
import { postgresStore } from './store.ts'

/** As a later version may have expanded the tables: with columns that this one does not know. */
const expanded = ['inbox', 'outbox', 'saga', 'scheduled', 'position', 'endpoint']
  .map((table) => `alter table petrel_${table} add column later text, add column much_later integer not null default 1;`)
  .join('\n')

test('this version works on with the tables of a later one, also what that one has left there', async () => {
  await using system = await testSystem()
  const url = await system.createDatabase('later')
  await migrate(url, [petrelMigrations])
  const pool = openPool(url, console)
  const store = postgresStore({ pool, log: console })
  const [before, since] = [aMessage(), aMessage()]
  const first = aSaga()
  await store.save([aUnit({ handled: [before], outgoing: [aRecord('before')], sagas: [first] })])
  await pool.query(
    `${expanded} update petrel_inbox set later = 'x'; update petrel_outbox set later = 'x'; update petrel_saga set later = 'x'`,
  )

  const [saga] = await store.loadSagas([first])
  const scheduled = [{ id: 'due', dueAt: new Date(Date.now() - 1_000), record: aRecord('due') }]
  const sagas = saga === undefined ? [] : [saga]
  await store.save([aUnit({ handled: [since], outgoing: [aRecord('since')], sagas, scheduled })])

  expect(await store.handledIds([before, since])).toEqual(new Set([before, since]))
  expect(await store.pendingOutbox('lane-1')).toHaveLength(2)
  expect(await store.loadSagas([first])).toMatchObject([{ version: 2 }])
  expect((await store.publishScheduled(() => Promise.resolve(), 10)).published).toBe(1)
  expect(await store.deleteHandledBefore(new Date(Date.now() + 1_000))).toBe(2)
  await pool.end()
})
