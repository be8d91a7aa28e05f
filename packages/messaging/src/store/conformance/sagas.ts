import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { UnderTest } from '../conformance.ts'
import { SagaConflict, type SavedSaga } from '../port.ts'
import { aBatch, aSaga } from './fixture.ts'

export function sagasConformance(underTest: UnderTest): void {
  const { store, other, save } = underTest
  const saveSagas = (...sagas: SavedSaga[]) => save(aBatch({ sagas }))

  describe('sagas', () => {
    test('a saga is loaded as it was saved, with a version that counts its saves', async () => {
      const saga = aSaga({ state: { placed: true, at: '2030-01-02', lines: [{ sku: 'té ☕' }], none: null } })
      await saveSagas(saga)
      expect(await other().loadSagas([saga])).toEqual([{ ...saga, version: 1 }])
      await saveSagas({ ...saga, version: 1, state: { placed: false }, completed: true })
      expect(await store().loadSagas([saga])).toEqual([{ ...saga, version: 2, state: { placed: false }, completed: true }])
    })

    test('only sagas that were saved are loaded, each under its own name and id', async () => {
      const [one, another] = [aSaga(), aSaga()]
      await saveSagas(one, another)
      const namesake = { saga: 'refund-policy', id: one.id }
      expect(await store().loadSagas([namesake, another, { saga: one.saga, id: 'nobody' }])).toEqual([{ ...another, version: 1 }])
      expect(await store().loadSagas([])).toEqual([])
    })

    test('a state that was loaded and changed is not saved by that', async () => {
      const saga = aSaga({ state: { steps: [] } })
      await saveSagas(saga)
      for (const loaded of await store().loadSagas([saga])) Object.assign(loaded.state, { steps: ['changed'] })
      expect((await store().loadSagas([saga]))[0]?.state).toEqual({ steps: [] })
    })

    test('one saga with a version that is gone fails the whole batch', async () => {
      const [stale, fine] = [aSaga(), aSaga()]
      await saveSagas(stale, fine)
      await saveSagas({ ...stale, version: 1 })
      const handled = [randomUUID()]
      const batch = aBatch({ handled, sagas: [{ ...fine, version: 1 }, { ...stale, version: 1 }, aSaga()] })
      await expect(save(batch)).rejects.toThrow(SagaConflict)
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
  })
}

/** Three replicas save the saga, each with another state. */
async function oneWins({ store, other, save }: UnderTest, saga: SavedSaga): Promise<void> {
  const outcomes = await Promise.allSettled(
    [store(), other(), other()].map((replica, by) => save(aBatch({ sagas: [{ ...saga, state: { by } }] }), replica)),
  )
  const winner = outcomes.findIndex(({ status }) => status === 'fulfilled')
  const losers = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
  expect(losers).toEqual([expect.any(SagaConflict), expect.any(SagaConflict)])
  expect(await store().loadSagas([saga])).toEqual([{ ...saga, version: saga.version + 1, state: { by: winner } }])
}
