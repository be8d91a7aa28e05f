import { Unrecoverable } from '../definition/outcome.ts'
import type { Saga, SagaContext } from '../definition/saga.ts'
import { NewerSagaState } from '../recoverability/newerSagaState.ts'
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

/** Why a message has changed no saga: it is complete, or there is none. */
export type Ignored = 'complete' | 'not found'

/**
 * Runs a saga's reaction on a copy of its state, so that a reaction that throws changes nothing.
 * @returns the saga after the reaction, or why the message is ignored
 * @throws Unrecoverable for a state that an earlier version has written and nobody can read; NewerSagaState for one of a later version
 */
export async function react(
  route: SagaRoute,
  data: object,
  states: Pick<SagaStates, 'find'>,
  recording: Recording,
): Promise<SavedSaga | Ignored> {
  const { saga, reaction } = route
  const key = sagaKey(route, data)
  const saved = states.find(key)
  if (saved?.completed === true) return 'complete'
  if (saved === undefined && !reaction.starts) return notFound(route, data, recording)
  let completed = false
  const policy: SagaContext<object> = Object.assign(recordingContext(recording), {
    id: key.id,
    state: asSaved(saved === undefined ? saga.initial(key.id) : present(saga, saved)),
    requestTimeout: (...[timeout, after]: Parameters<SagaContext<object>['requestTimeout']>) =>
      requestTimeout(timeout, after, recording),
    complete: () => {
      recording.run.refuseIfOver('complete')
      completed = true
    },
  })
  const done = reaction.run(data as never, policy as never)
  if (done !== undefined) await done
  const { version: stateVersion } = saga.states
  return { ...key, version: saved?.version ?? 0, state: asSaved(policy.state), stateVersion, completed }
}

/** Only a saga requests a timeout: when there is none any more, it was complete. */
async function notFound({ reaction }: SagaRoute, data: object, recording: Recording): Promise<Ignored> {
  if (reaction.handles.kind === 'timeout') return 'complete'
  await reaction.notFound?.(data as never, recordingContext(recording) as never)
  return 'not found'
}

/** The state in its present form. */
function present({ name, states }: Saga, { id, state, stateVersion }: SavedSaga): object {
  const { version, migrate } = states
  if (stateVersion === version) return state
  const what = `The state of ${name} ${id} has version ${stateVersion}, and this service writes version ${version}`
  // In a rolling update a replica of the new version has been faster. This one must not write over what it cannot read.
  if (stateVersion > version) throw new NewerSagaState(what)
  if (migrate === undefined) throw new Unrecoverable(`${what}: give the saga a function migrate, and replay this message.`)
  return migrate(asSaved(state) as never, stateVersion)
}

/** A copy of a state as the store would return it (plain JSON): a later message of the batch sees the same as one of a later batch. */
export const asSaved = <State extends object>(state: State): State => JSON.parse(JSON.stringify(state)) as State

/** Which saga a message belongs to. */
export function sagaKey(route: SagaRoute, data: object): SagaKey {
  return { saga: route.saga.name, id: String((data as Record<string, unknown>)[route.reaction.correlation]) }
}

const nameOf = ({ saga, id }: SagaKey): string => `${saga}/${id}`
