import { type Duration, milliseconds } from './duration.ts'
import type { Handler } from './handler.ts'
import type { MessageDescriptor } from './message.ts'
import type { Saga } from './saga.ts'

type ErrorClass = abstract new (...args: never[]) => Error

/** What happens to a message whose handler threw. Data, since the retry topics must exist before the first failure. */
export interface Recoverability {
  /** Further tries at once. */
  readonly immediate: number
  /** Then one retry topic for each delay, in this order; after the last the message waits in the dead letter topic. */
  readonly delayed: readonly Duration[]
  /** Errors for which no try can help (subclasses included). */
  readonly unrecoverable: readonly ErrorClass[]
}

/** A service seen by the bus: pure data, from which topics, groups, retry topics and documents are derived. */
export interface Endpoint {
  readonly name: string
  readonly handlers: readonly Handler[]
  readonly sagas: readonly Saga[]
  /** What it publishes and sends. Checked at start (the schemas must be registered) and whenever something is said. */
  readonly produces: readonly MessageDescriptor[]
  readonly recoverability: Recoverability
  /** How many keys of one partition are handled side by side. */
  readonly concurrency: number
  /** Partitions of every topic it owns. Topics with the same key need the same number, or a saga loses its lane. */
  readonly partitions: number
  /** Where a group that has never committed begins: with the past, or with what comes after its deployment. */
  readonly from: 'earliest' | 'latest'
}

export const defaultRecoverability: Recoverability = { immediate: 2, delayed: ['2s', '4s', '8s'], unrecoverable: [] }

type EndpointDefinition = { readonly name: string } & Partial<Omit<Endpoint, 'name' | 'recoverability'>> & {
    readonly recoverability?: Partial<Recoverability>
  }

/** Defines an endpoint: the table of contents of a service. @throws Error when the definition contradicts itself. */
export function endpoint(definition: EndpointDefinition): Endpoint {
  const { name, handlers = [], sagas = [], produces = [], concurrency = 16, partitions = 6, from = 'earliest' } = definition
  const recoverability = { ...defaultRecoverability, ...definition.recoverability }
  const built: Endpoint = { name, handlers, sagas, produces, concurrency, partitions, from, recoverability }
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
  const { name, recoverability } = endpoint
  if (!/^[a-z][a-z0-9-]*$/.test(name))
    throw new Error(`Endpoint "${name}": use lower case letters, digits and dashes; the name is part of topic names.`)
  for (const part of ['concurrency', 'partitions'] as const)
    if (!Number.isSafeInteger(endpoint[part]) || endpoint[part] < 1)
      throw new Error(`Endpoint "${name}": ${part} is ${endpoint[part]}; it must be a whole number, 1 at least.`)
  if (!Number.isSafeInteger(recoverability.immediate) || recoverability.immediate < 0)
    throw new Error(
      `Endpoint "${name}": recoverability.immediate is ${recoverability.immediate}; it must be a whole number, 0 at least.`,
    )
  for (const delay of recoverability.delayed) milliseconds(delay)
  if (new Set(recoverability.delayed).size < recoverability.delayed.length)
    throw new Error(
      `Endpoint "${name}": two delayed retries have the same delay (${recoverability.delayed.join(', ')}); each has a topic of its own.`,
    )
  const seen = new Set<string>()
  for (const type of subscriptions(endpoint)) {
    if (seen.has(type.fullName))
      throw new Error(`Endpoint "${name}": ${type.fullName} has two handlers. Make one handler, or one endpoint for each.`)
    seen.add(type.fullName)
    if (type.kind !== 'event' && type.owner !== name)
      throw new Error(`Endpoint "${name}": ${type.fullName} is a ${type.kind} of "${type.owner}"; only its owner handles it.`)
  }
  for (const type of endpoint.produces)
    if (type.kind === 'event' && type.owner !== name)
      throw new Error(`Endpoint "${name}": ${type.fullName} is an event of "${type.owner}"; only its owner publishes it.`)
}
