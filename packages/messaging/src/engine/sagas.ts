import type { SagaContext } from '../definition/saga.ts'
import type { SagaKey, SavedSaga, Store } from '../store/port.ts'
import { type Recording, recordingContext, requestTimeout } from './effects.ts'
import type { Route } from './routes.ts'

export type SagaRoute = Extract<Route, { readonly saga: object }>

/** The sagas that some messages belong to. They are loaded once, and each message sees the changes of those before it. */
export class SagaStates {
  readonly #states: Map<string, SavedSaga>
  readonly #outdated = new Set<string>()

  constructor(loaded: readonly SavedSaga[]) {
    this.#states = new Map(loaded.map((saga) => [nameOf(saga), saga]))
  }

  static async load(store: Pick<Store, 'loadSagas'>, keys: readonly SagaKey[]): Promise<SagaStates> {
    const distinct = [...new Map(keys.map((key) => [nameOf(key), key])).values()]
    return new SagaStates(distinct.length === 0 ? [] : await store.loadSagas(distinct))
  }

  find(key: SagaKey): SavedSaga | undefined {
    return this.#states.get(nameOf(key))
  }

  /** Sets the state that the next message finds. Its version remains the one in the store. */
  change(saga: SavedSaga): void {
    this.#states.set(nameOf(saga), saga)
  }

  /** The last state of each saga, with the version that is in the store. */
  toSave(decided: readonly SavedSaga[]): SavedSaga[] {
    const last = new Map(decided.map((saga) => [nameOf(saga), saga]))
    return [...last].map(([name, saga]) => ({ ...saga, version: this.#states.get(name)?.version ?? saga.version }))
  }

  /** Called when these were saved: the next change of each is based on the new version. */
  saved(sagas: readonly SavedSaga[]): void {
    for (const saga of sagas) {
      const current = this.#states.get(nameOf(saga))
      if (current !== undefined) this.#states.set(nameOf(saga), { ...current, version: saga.version + 1 })
    }
  }

  /** Called when a message that changed this saga was not saved: messages that saw the change must be handled again. */
  markOutdated(saga: SagaKey): void {
    this.#outdated.add(nameOf(saga))
  }

  isOutdated(saga: SagaKey): boolean {
    return this.#outdated.has(nameOf(saga))
  }
}

/**
 * Runs a saga's reaction on a copy of its state, so that a reaction that throws changes nothing.
 * @returns the saga after the reaction; undefined when the saga has not begun or is complete, and the message is ignored
 */
export async function react(
  route: SagaRoute,
  data: object,
  states: Pick<SagaStates, 'find'>,
  recording: Recording,
): Promise<SavedSaga | undefined> {
  const key = sagaKey(route, data)
  const saved = states.find(key)
  if (saved === undefined && !route.reaction.starts) return undefined
  if (saved?.completed === true) return undefined
  let completed = false
  const policy: SagaContext<object> = Object.assign(recordingContext(recording), {
    id: key.id,
    state: asSaved(saved?.state ?? route.saga.initial(key.id)),
    requestTimeout: (...[timeout, after]: Parameters<SagaContext<object>['requestTimeout']>) =>
      requestTimeout(timeout, after, recording),
    complete: () => {
      recording.run.refuseIfOver('complete')
      completed = true
    },
  })
  const done = route.reaction.run(data as never, policy as never)
  if (done !== undefined) await done
  return { ...key, version: saved?.version ?? 0, state: asSaved(policy.state), completed }
}

/** A copy of a state as the store would return it (plain JSON): a later message of the batch sees the same as one of a later batch. */
export const asSaved = <State extends object>(state: State): State => JSON.parse(JSON.stringify(state)) as State

/** Which saga a message belongs to. */
export function sagaKey(route: SagaRoute, data: object): SagaKey {
  return { saga: route.saga.name, id: String((data as Record<string, unknown>)[route.reaction.correlation]) }
}

const nameOf = ({ saga, id }: SagaKey): string => `${saga}/${id}`
