import type { SagaStep } from '@petrel/messaging/operations'
import type { Definition } from '../monitoring/definition.ts'
import type { Handling } from './conversation.ts'

/** A saga as audits tell it: what it has heard, and not what it has in mind. */
export interface SagaView {
  readonly saga: string
  readonly id: string
  readonly endpoint: string
  /** `absent`: it had not begun, or was complete, whatever came. `unknown`: its endpoint tells less, by an earlier version. */
  readonly state: 'running' | 'completed' | 'absent' | 'unknown'
  /** The messages of this conversation that it has handled, in the order of time. */
  readonly steps: readonly {
    readonly messageId: string
    readonly type: string | null
    readonly at: Date
    readonly change: Change
  }[]
  /** Those that it has requested. */
  readonly timeouts: readonly { readonly type: string | null; readonly dueAt: Date; readonly hasCome: boolean }[]
  /** Types that it handles, and that have not come in this conversation; none when it is not running. */
  readonly notHeard: readonly string[]
}

type Change = SagaStep['change']

/** @param definitions by endpoint */
export function sagasOf(handlings: readonly Handling[], definitions: ReadonlyMap<string, Definition>): SagaView[] {
  const came = new Set(handlings.map(({ id }) => id))
  const bySaga = Map.groupBy(
    handlings.filter(({ saga, sagaId, key }) => saga !== null && (sagaId ?? key) !== null),
    ({ endpoint, saga, sagaId, key }) => JSON.stringify([endpoint, saga, sagaId ?? key]),
  )
  return [...bySaga.values()].map((own) => sagaView(own, came, definitions))
}

function sagaView(
  handlings: readonly Handling[],
  came: ReadonlySet<string>,
  definitions: ReadonlyMap<string, Definition>,
): SagaView {
  const [first] = handlings
  const { endpoint, saga, sagaId, key } = first as Handling
  const handled = handlings
    .filter(({ outcome }) => outcome === 'handled')
    .toSorted((one, other) => one.startedAt - other.startedAt || one.at - other.at)
  const begins = handled.find(({ sagaStep }) => sagaStep?.change === 'begun')
  const steps = handled.map((each) => ({
    messageId: each.id,
    type: each.type,
    at: new Date(each.startedAt),
    // Of those that were saved together the first has begun it.
    change: each.sagaStep?.change === 'begun' && each !== begins ? 'changed' : (each.sagaStep?.change ?? 'unknown'),
  }))
  const state = stateAfter(steps.map(({ change }) => change))
  return {
    saga: saga ?? '',
    id: sagaId ?? key ?? '',
    endpoint,
    state,
    steps,
    timeouts: handled
      .flatMap(({ sagaStep }) => sagaStep?.timeouts ?? [])
      .map(({ id, type, dueAt }) => ({ type, dueAt: new Date(dueAt), hasCome: came.has(id) })),
    notHeard: state === 'running' ? notHeard(saga ?? '', definitions.get(endpoint), handled) : [],
  }
}

function stateAfter(changes: readonly Change[]): SagaView['state'] {
  if (changes.includes('completed')) return 'completed'
  if (changes.includes('begun') || changes.includes('changed')) return 'running'
  return changes.length > 0 && changes.every((change) => change === 'ignored') ? 'absent' : 'unknown'
}

function notHeard(saga: string, definition: Definition | undefined, handled: readonly Handling[]): string[] {
  const heard = new Set(handled.map(({ type }) => type))
  const own = definition?.handles.filter((each) => each.saga === saga && each.kind !== 'timeout') ?? []
  return [...new Set(own.map(({ type }) => type))].filter((type) => !heard.has(type))
}
