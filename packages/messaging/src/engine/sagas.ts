import type { Tx } from '../definition/handler.ts'
import type { Incoming } from '../definition/handler.ts'
import type { SagaContext } from '../definition/saga.ts'
import type { SagaKey, SavedSaga, Store } from '../store/port.ts'
import { type Effects, recordingContext, requestTimeout, type EncodeMessage } from './effects.ts'
import type { Route } from './routes.ts'

export type SagaRoute = Extract<Route, { readonly saga: object }>

/** The sagas a batch touches: loaded once, carried from message to message, saved once. */
export class SagaStates {
  readonly #states: Map<string, SavedSaga>
  readonly #changed = new Set<string>()

  constructor(loaded: readonly SavedSaga[]) {
    this.#states = new Map(loaded.map((saga) => [nameOf(saga), saga]))
  }

  static async load(store: Store, keys: readonly SagaKey[]): Promise<SagaStates> {
    const distinct = [...new Map(keys.map((key) => [nameOf(key), key])).values()]
    return new SagaStates(distinct.length === 0 ? [] : await store.loadSagas(distinct))
  }

  find(key: SagaKey): SavedSaga | undefined {
    return this.#states.get(nameOf(key))
  }

  change(saga: SavedSaga): void {
    this.#states.set(nameOf(saga), saga)
    this.#changed.add(nameOf(saga))
  }

  changed(): SavedSaga[] {
    return [...this.#states].filter(([name]) => this.#changed.has(name)).map(([, saga]) => saga)
  }
}

/** What a reaction left behind: nothing when the message was not for a living saga. */
export interface Reacted {
  readonly saga: SavedSaga | undefined
}

/** Runs a saga's reaction on a copy of its state, so that a reaction that throws has changed nothing. */
export async function react(
  route: SagaRoute,
  data: object,
  states: SagaStates,
  message: Incoming,
  tx: Tx,
  encodeMessage: EncodeMessage,
  effects: Effects,
): Promise<Reacted> {
  const key = sagaKey(route, data)
  const saved = states.find(key)
  if (saved === undefined && !route.reaction.starts) return { saga: undefined }
  if (saved?.completed === true) return { saga: undefined }
  let completed = false
  const policy: SagaContext<object> = {
    ...recordingContext(message, tx, encodeMessage, effects),
    id: key.id,
    state: asSaved(saved?.state ?? route.saga.initial(key.id)),
    requestTimeout: (alarm, after) => requestTimeout(alarm, after, message, encodeMessage, effects),
    complete: () => {
      completed = true
    },
  }
  await route.reaction.run(data as never, policy as never)
  return { saga: { ...key, version: saved?.version ?? 0, state: asSaved(policy.state), completed } }
}

/** What the next message sees of a state, whether it comes in this batch or next year: plain JSON. */
export const asSaved = <State extends object>(state: State): State => JSON.parse(JSON.stringify(state)) as State

/** Which saga a message belongs to. */
export function sagaKey(route: SagaRoute, data: object): SagaKey {
  return { saga: route.saga.name, id: String((data as Record<string, unknown>)[route.reaction.correlation]) }
}

const nameOf = ({ saga, id }: SagaKey): string => `${saga}/${id}`
