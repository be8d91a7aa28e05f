import { expect, test } from 'vitest'
import { SagaConflict, type SavedSaga, WriteRefused } from '../port.ts'
import { aMessage, aSaga, aUnit, type UnderTest } from './fixture.ts'

export function sagasConformance(underTest: UnderTest): void {
  const { store, other, save } = underTest
  const saveSagas = (...sagas: SavedSaga[]) => save(aUnit({ sagas }))

  test('a saga is loaded as it was saved; its version counts its saves', async () => {
    const saga = aSaga({ state: { placed: true, at: '2030-01-02', lines: [{ sku: 'té ☕' }], none: null } })
    await saveSagas(saga)
    expect(await other().loadSagas([saga])).toEqual([{ ...saga, version: 1 }])
    await saveSagas({ ...saga, version: 1, state: { placed: false }, completed: true })
    expect(await store().loadSagas([saga])).toEqual([{ ...saga, version: 2, state: { placed: false }, completed: true }])
  })

  test('the version of a state’s form is saved with it, and changes with it', async () => {
    const saga = aSaga({ stateVersion: 3 })
    await saveSagas(saga)
    expect(await store().loadSagas([saga])).toEqual([{ ...saga, version: 1 }])
    await saveSagas({ ...saga, version: 1, stateVersion: 4 })
    expect(await other().loadSagas([saga])).toEqual([{ ...saga, version: 2, stateVersion: 4 }])
  })

  test('completed sagas are deleted that were completed before a time; a saga that is open stays', async () => {
    const [open, completed, atOnce] = [aSaga(), aSaga(), aSaga({ completed: true })]
    await saveSagas(open, completed, atOnce)
    await saveSagas({ ...completed, version: 1, completed: true })
    expect(await store().deleteCompletedBefore(new Date(Date.now() - 60_000))).toBe(0)
    expect(await store().loadSagas([open, completed, atOnce])).toHaveLength(3)
    expect(await store().deleteCompletedBefore(new Date(Date.now() + 60_000))).toBe(2)
    expect(await store().loadSagas([open, completed, atOnce])).toEqual([{ ...open, version: 1 }])
  })

  test('only sagas that were saved are loaded, each under its own name and id', async () => {
    const [one, another] = [aSaga(), aSaga()]
    await saveSagas(one, another)
    const namesake = { saga: 'refund-policy', id: one.id }
    expect(await store().loadSagas([namesake, another, { saga: one.saga, id: 'nobody' }])).toEqual([{ ...another, version: 1 }])
    expect(await store().loadSagas([])).toEqual([])
  })

  test('to change a state that was loaded does not save it', async () => {
    const saga = aSaga({ state: { steps: [] } })
    await saveSagas(saga)
    for (const loaded of await store().loadSagas([saga])) Object.assign(loaded.state, { steps: ['changed'] })
    expect((await store().loadSagas([saga]))[0]?.state).toEqual({ steps: [] })
  })

  test('one saga that was saved meanwhile fails the whole unit', async () => {
    const [stale, fine] = [aSaga(), aSaga()]
    await saveSagas(stale, fine)
    await saveSagas({ ...stale, version: 1 })
    const handled = [aMessage()]
    const unit = aUnit({ handled, sagas: [{ ...fine, version: 1 }, { ...stale, version: 1 }, aSaga()] })
    await expect(save(unit)).rejects.toThrow(SagaConflict)
    expect(await store().handledIds(handled)).toEqual(new Set())
    expect(await store().loadSagas([fine])).toEqual([{ ...fine, version: 1 }])
  })

  test('a saga that was never saved cannot be saved with a version', async () => {
    await expect(saveSagas(aSaga({ version: 3 }))).rejects.toThrow(SagaConflict)
  })

  test('of replicas that begin the same saga at once one begins it', async () => {
    for (let round = 0; round < 10; round += 1) await oneWins(underTest, aSaga())
  })

  test('of replicas that change the same saga at once one changes it', async () => {
    for (let round = 0; round < 10; round += 1) {
      const saga = aSaga()
      await saveSagas(saga)
      await oneWins(underTest, { ...saga, version: 1 })
    }
  })

  test('a saga that is in one save twice is refused, so that the save is halved', async () => {
    const saga = aSaga()
    await expect(saveSagas(saga, saga)).rejects.toThrow(WriteRefused)
    await saveSagas(saga)
    await expect(saveSagas({ ...saga, version: 1 }, { ...saga, version: 1 })).rejects.toThrow(WriteRefused)
    expect(await store().loadSagas([saga])).toEqual([{ ...saga, version: 1 }])
  })

  test.each([
    ['a NUL character', 'order\0'],
    ['half of a surrogate pair', 'order\ud83d'],
  ])('a saga whose id has %s is not found, and refused when it is saved', async (_, id) => {
    const [saga, fine] = [aSaga({ id }), aSaga()]
    await saveSagas(fine)
    expect(await store().loadSagas([saga, fine])).toEqual([{ ...fine, version: 1 }])
    await expect(saveSagas(saga, aSaga())).rejects.toThrow(WriteRefused)
  })

  test('a saga with an id of a thousand characters is a saga like others', async () => {
    const saga = aSaga({ id: 'ü'.repeat(1_000) })
    await saveSagas(saga)
    expect(await store().loadSagas([saga])).toEqual([{ ...saga, version: 1 }])
  })
}

/** Three replicas save the saga, each with another state. */
async function oneWins({ store, other, save }: UnderTest, saga: SavedSaga): Promise<void> {
  const outcomes = await Promise.allSettled(
    [store(), other(), other()].map((replica, by) => save(aUnit({ sagas: [{ ...saga, state: { by } }] }), replica)),
  )
  const winner = outcomes.findIndex(({ status }) => status === 'fulfilled')
  const losers = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
  expect(losers).toEqual([expect.any(SagaConflict), expect.any(SagaConflict)])
  expect(await store().loadSagas([saga])).toEqual([{ ...saga, version: saga.version + 1, state: { by: winner } }])
}
