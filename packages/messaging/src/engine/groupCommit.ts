import { coalescing } from '../coalescing.ts'
import type { MessageIdentity } from '../identity.ts'
import { LockNotFree, type SagaKey, type SavedSaga, type Store, type UnitOfWork } from '../store/port.ts'
import { isRefusal } from './refusal.ts'

/** How many lanes share one statement at most. */
export const lanesAtOnce = 12

/**
 * A store that puts calls of several lanes into one statement. Calls that come while statements are running wait and share
 * the next one. A lane alone never waits, and no lane waits for the handlers of another. When a shared save is refused, or waits
 * too long for a lock, the units are saved one by one: so it reaches only the lane that caused it.
 */
export function groupCommit(store: Store): Store {
  const save = coalescing((units: readonly UnitOfWork[]) => store.save(units), {
    atMost: lanesAtOnce,
    isOneCallsFault: (error) => isRefusal(error) || error instanceof LockNotFree,
  })
  const handledIds = coalescing(
    async (asked: readonly (readonly MessageIdentity[])[]) => {
      const handled = await store.handledIds(asked.flat())
      return asked.map(() => handled)
    },
    { atMost: lanesAtOnce },
  )
  const loadSagas = coalescing(
    async (asked: readonly (readonly SagaKey[])[]) => {
      const loaded = await store.loadSagas(distinct(asked.flat()))
      return asked.map((keys) => ofThese(loaded, keys))
    },
    { atMost: lanesAtOnce },
  )
  return {
    ...store,
    save: (units) => Promise.all(units.map(save)),
    handledIds: async (messages) => {
      const handled = await handledIds(messages)
      return new Set(messages.filter((message) => handled.has(message)))
    },
    loadSagas,
  }
}

const nameOf = ({ saga, id }: SagaKey) => `${saga}/${id}`

const distinct = (keys: readonly SagaKey[]) => [...new Map(keys.map((key) => [nameOf(key), key])).values()]

function ofThese(loaded: readonly SavedSaga[], keys: readonly SagaKey[]): SavedSaga[] {
  const wanted = new Set(keys.map(nameOf))
  return loaded.filter((saga) => wanted.has(nameOf(saga)))
}
