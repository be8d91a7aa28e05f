import type { Counter } from './counter.ts'
import { type Duration, milliseconds } from './duration.ts'
import type { Handler } from './handler.ts'
import type { MessageDescriptor } from './message.ts'
import type { Saga } from './saga.ts'

type ErrorClass = abstract new (...args: never[]) => Error

/** What happens to a message whose handler threw. It is data, because the retry topics must exist before the first failure. */
export interface Recoverability {
  /** How often a message is tried again at once. */
  readonly immediate: number
  /** Then it is tried again after each of these delays. Each has a retry topic. After the last one the message goes to the dead letter topic. */
  readonly delayed: readonly Duration[]
  /** Errors for which another try would not help (subclasses included): the message goes to the dead letter topic at once. */
  readonly unrecoverable: readonly ErrorClass[]
  /** After this many messages in a row have failed, the endpoint handles one message at a time until one succeeds. */
  readonly outageGuard: number
}

/** A service as the bus sees it: pure data, from which topics, groups and documents are derived. */
export interface Endpoint {
  readonly name: string
  readonly handlers: readonly Handler[]
  readonly sagas: readonly Saga[]
  /** What it publishes and sends. The schemas must be registered when it starts, and it can produce nothing else. */
  readonly produces: readonly MessageDescriptor[]
  /** What its handlers count for the business; all of them are on `/metrics` from the start. */
  readonly counters: readonly Counter[]
  readonly recoverability: Recoverability
  /** How many keys of one lane are handled side by side. */
  readonly concurrency: number
  /** How long a handler may run for one message. After that its signal is aborted, and the message has failed. */
  readonly handlerTimeLimit: Duration
  /** Partitions of every topic that it owns. Topics with the same key need the same number: only then is a key always in the same lane. */
  readonly partitions: number
  /**
   * How long completed sagas stay at least. Later messages for them are ignored until then; after that, one that may begin a
   * saga begins it anew. So it is longer than the same message may come again: topics keep theirs for 30 days.
   */
  readonly keepCompletedSagas: Duration
  /** Where a group begins that has never committed: at the first record, or with the records after its deployment. */
  readonly from: 'earliest' | 'latest'
}

export const defaultRecoverability: Recoverability = {
  immediate: 2,
  delayed: ['2s', '4s', '8s'],
  unrecoverable: [],
  outageGuard: 25,
}

type EndpointDefinition = { readonly name: string } & Partial<Omit<Endpoint, 'name' | 'recoverability'>> & {
    readonly recoverability?: Partial<Recoverability>
  }

/** Defines an endpoint: the table of contents of a service. @throws Error when the definition contradicts itself. */
export function endpoint(definition: EndpointDefinition): Endpoint {
  const {
    name,
    handlers = [],
    sagas = [],
    produces = [],
    counters = [],
    concurrency = 16,
    partitions = 6,
    from = 'earliest',
    handlerTimeLimit = '30s',
    keepCompletedSagas = '30d',
  } = definition
  const recoverability = { ...defaultRecoverability, ...definition.recoverability }
  const built: Endpoint = {
    name,
    handlers,
    sagas,
    produces,
    counters,
    concurrency,
    handlerTimeLimit,
    partitions,
    keepCompletedSagas,
    from,
    recoverability,
  }
  refuseContradictions(built)
  return built
}

/** The message types an endpoint subscribes to. */
export function subscriptions(endpoint: Endpoint): MessageDescriptor[] {
  return [
    ...endpoint.handlers.map((handler) => handler.handles),
    ...endpoint.sagas.flatMap((saga) => saga.reactions.map((reaction) => reaction.handles)),
  ]
}

function refuseContradictions(endpoint: Endpoint): void {
  checkName(endpoint)
  checkNumbers(endpoint)
  checkDurations(endpoint)
  checkHandled(endpoint)
  checkProduced(endpoint)
  checkCounters(endpoint)
}

function checkName({ name }: Endpoint): void {
  if (!/^[a-z][a-z0-9-]*$/.test(name))
    throw new Error(`Endpoint "${name}": use lower case letters, digits and dashes; the name is part of topic names.`)
}

function checkNumbers({ name, concurrency, partitions, recoverability }: Endpoint): void {
  const { immediate, outageGuard } = recoverability
  const numbers: readonly [string, number, least: number][] = [
    ['concurrency', concurrency, 1],
    ['partitions', partitions, 1],
    ['recoverability.immediate', immediate, 0],
    ['recoverability.outageGuard', outageGuard, 1],
  ]
  for (const [setting, value, least] of numbers)
    if (!Number.isSafeInteger(value) || value < least)
      throw new Error(`Endpoint "${name}": ${setting} is ${value}; it must be a whole number, at least ${least}.`)
}

function checkDurations({ name, handlerTimeLimit, keepCompletedSagas, recoverability: { delayed } }: Endpoint): void {
  milliseconds(keepCompletedSagas)
  if (milliseconds(handlerTimeLimit) <= 0)
    throw new Error(`Endpoint "${name}": handlerTimeLimit is ${handlerTimeLimit}; a handler needs some time.`)
  for (const delay of delayed) milliseconds(delay)
  if (new Set(delayed).size < delayed.length)
    throw new Error(
      `Endpoint "${name}": two delayed retries have the same delay (${delayed.join(', ')}); each has a topic of its own.`,
    )
}

function checkHandled(endpoint: Endpoint): void {
  const { name } = endpoint
  const seen = new Set<string>()
  for (const { fullName, kind, owner } of subscriptions(endpoint)) {
    if (seen.has(fullName))
      throw new Error(`Endpoint "${name}": ${fullName} has two handlers. Make one handler, or one endpoint for each.`)
    seen.add(fullName)
    if (kind !== 'event' && owner !== name)
      throw new Error(`Endpoint "${name}": ${fullName} is a ${kind} of "${owner}"; only its owner handles it.`)
  }
}

function checkProduced({ name, produces }: Endpoint): void {
  for (const { fullName, kind, owner } of produces)
    if (kind === 'event' && owner !== name)
      throw new Error(`Endpoint "${name}": ${fullName} is an event of "${owner}"; only its owner publishes it.`)
}

function checkCounters({ name, counters }: Endpoint): void {
  const names = counters.map((counter) => counter.name)
  const twice = names.find((each, index) => names.indexOf(each) !== index)
  if (twice !== undefined) throw new Error(`Endpoint "${name}": the counter ${twice} is listed twice.`)
}
