import { expect, test } from 'vitest'
import { AlreadyHandled, SagaConflict, type UnitOfWork, WriteRefused } from '../port.ts'
import { aMessage, aNote, anOrder, aRecord, aSaga, aUnit, notes, orders, rowsOf, type UnderTest } from './fixture.ts'

/** A unit of a lane, with something of everything. */
const aFullUnit = (lane: string, changes: Partial<UnitOfWork> = {}): UnitOfWork =>
  aUnit({
    lane,
    outgoing: [aRecord(`of ${lane}`)],
    rows: new Map([...rowsOf(orders, anOrder()), ...rowsOf(notes, aNote())]),
    sagas: [aSaga()],
    scheduled: [{ id: `alarm of ${lane}`, dueAt: new Date(0), record: aRecord(`alarm of ${lane}`) }],
    ...changes,
  })

export function unitsConformance({ fixture, store, other, save }: UnderTest): void {
  async function expectNothingOf(units: readonly UnitOfWork[]): Promise<void> {
    expect(await other().handledIds(units.flatMap(({ handled }) => handled))).toEqual(new Set())
    for (const { lane } of units) expect(await other().pendingOutbox(lane)).toEqual([])
    expect(await fixture().rows(orders)).toEqual([])
    expect(await fixture().rows(notes)).toEqual([])
    expect(await other().loadSagas(units.flatMap(({ sagas }) => sagas))).toEqual([])
    expect(await other().publishScheduled(async () => {}, 10)).toEqual({ published: 0, nextAt: undefined })
  }

  test('everything of every unit is saved; each lane finds its own records under the id that its unit got', async () => {
    const units = [aFullUnit('lane-1'), aFullUnit('lane-2'), aFullUnit('lane-3')]
    const ids = await store().save(units)
    for (const [at, { lane, outgoing, handled, sagas }] of units.entries()) {
      expect(await other().pendingOutbox(lane)).toEqual([{ id: ids[at], outgoing }])
      expect(await other().handledIds(handled)).toEqual(new Set(handled))
      expect(await other().loadSagas(sagas)).toEqual(sagas.map((saga) => ({ ...saga, version: 1 })))
    }
    expect(await fixture().rows(orders)).toHaveLength(3)
    expect(await fixture().rows(notes)).toHaveLength(3)
    expect(await other().publishScheduled(async () => {}, 10)).toMatchObject({ published: 3 })
  })

  test('each of a hundred units gets its own outbox id; those without records get none', async () => {
    const units = Array.from({ length: 100 }, (_, at) =>
      aUnit({ lane: `lane-${at}`, outgoing: at % 3 === 0 ? [] : [aRecord(`${at}`)] }),
    )
    const ids = await store().save(units)
    const found = await Promise.all(units.map(async ({ lane }) => (await store().pendingOutbox(lane))[0]?.id))
    expect(ids).toEqual(found)
    expect(ids.filter((id) => id === undefined)).toHaveLength(34)
  })

  test('units of one lane get ids in their order', async () => {
    const ids = await store().save([1, 2, 3].map((at) => aUnit({ outgoing: [aRecord(`${at}`)] })))
    expect((await store().pendingOutbox('lane-1')).map(({ id }) => id)).toEqual(ids)
  })

  test('the sent outbox rows of all units are deleted', async () => {
    const first = await store().save([aUnit({ outgoing: [aRecord('1')] }), aUnit({ lane: 'lane-2', outgoing: [aRecord('2')] })])
    await store().save(first.map((id) => aUnit({ sent: [String(id)] })))
    expect(await store().pendingOutbox('lane-1')).toEqual([])
    expect(await store().pendingOutbox('lane-2')).toEqual([])
  })

  test('units that write different tables, in different orders, are saved together', async () => {
    const units = [
      aUnit({ rows: new Map([...rowsOf(orders, anOrder()), ...rowsOf(notes, aNote())]) }),
      aUnit({ rows: new Map([...rowsOf(notes, aNote(), aNote()), ...rowsOf(orders, anOrder())]) }),
      aUnit({ rows: rowsOf({ ...orders }, anOrder()) }),
      aUnit({ rows: rowsOf(notes) }),
    ]
    await store().save(units)
    expect(await fixture().rows(orders)).toHaveLength(3)
    expect(await fixture().rows(notes)).toHaveLength(3)
  })

  test('no units, and units with nothing in them, save nothing', async () => {
    expect(await store().save([])).toEqual([])
    expect(await store().save([aUnit({ handled: [] }), aUnit({ handled: [] })])).toEqual([undefined, undefined])
  })

  test('a message of one unit that was handled before fails the save: nothing of any unit is saved', async () => {
    const known = aMessage()
    await save(aUnit({ handled: [known] }))
    const units = [aFullUnit('lane-1'), aFullUnit('lane-2', { handled: [aMessage(), known] })]
    await expect(store().save(units)).rejects.toThrow(AlreadyHandled)
    await expectNothingOf([units[0] ?? aUnit(), { ...aFullUnit('lane-2'), handled: [] }])
  })

  test('a refused row of one unit fails the save: nothing of any unit is saved', async () => {
    const units = [aFullUnit('lane-1'), aFullUnit('lane-2', { rows: rowsOf(notes, aNote(), aNote({ quantity: 0 })) })]
    await expect(store().save(units)).rejects.toThrow(WriteRefused)
    await expectNothingOf(units)
  })

  test('a saga of one unit that was saved meanwhile fails the save: nothing of any unit is saved', async () => {
    const stale = aSaga()
    await save(aUnit({ sagas: [stale] }))
    const units = [aFullUnit('lane-1'), aFullUnit('lane-2', { sagas: [stale] })]
    await expect(store().save(units)).rejects.toThrow(SagaConflict)
    await expectNothingOf([units[0] ?? aUnit(), { ...aFullUnit('lane-2'), handled: units[1]?.handled ?? [] }])
  })

  test('one message in two units is refused, so that the save is halved and not tried for ever', async () => {
    const message = aMessage()
    const units = [aFullUnit('lane-1', { handled: [message] }), aFullUnit('lane-2', { handled: [aMessage(), message] })]
    await expect(store().save(units)).rejects.toThrow(WriteRefused)
    await expectNothingOf(units)
  })

  test('one saga in two units is refused, so that the save is halved', async () => {
    const saga = aSaga()
    const units = [aFullUnit('lane-1', { sagas: [saga] }), aFullUnit('lane-2', { sagas: [saga] })]
    await expect(store().save(units)).rejects.toThrow(WriteRefused)
    await expectNothingOf(units)
  })

  test('replicas that save the same tables, lanes and scheduled ids at once all succeed', async () => {
    const replicas = [store(), other(), store(), other()]
    const saves = replicas.flatMap((replica) =>
      Array.from({ length: 5 }, () => replica.save([aFullUnit('lane-1'), aFullUnit('lane-2')])),
    )
    await Promise.all(saves)
    expect(await store().pendingOutbox('lane-1')).toHaveLength(20)
  })
}
