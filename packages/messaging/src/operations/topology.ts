import { milliseconds } from '../definition/duration.ts'
import type { Endpoint } from '../definition/endpoint.ts'
import type { MessageDescriptor } from '../definition/message.ts'
import { deployOrder } from './deployOrder.ts'
import { type GroupPlan, type MessagePlan, plan, type Plan, scalingGroup } from './plan.ts'

/** An endpoint, as those see it who deploy, scale and watch it. */
export interface EndpointTopology {
  readonly name: string
  readonly partitions: number
  readonly handlerTimeLimitSeconds: number
  /** In which step it can be deployed, from 0: owners before those who subscribe to them. */
  readonly deployOrder: number
  /** The group that it is scaled by; undefined when it subscribes to nothing. */
  readonly scalesBy: GroupPlan | undefined
  readonly plan: Plan
}

/** A message type, and who has to do with it. */
export interface MessageTopology extends MessagePlan {
  /** Of its topic; undefined when its owner is not among the endpoints. */
  readonly partitions: number | undefined
  /** Names of endpoints, in order. */
  readonly sentBy: readonly string[]
  readonly heardBy: readonly string[]
}

/** Who says what to whom: everything that documents, charts and manifests of a system are made of. */
export interface Topology {
  /** By step of deployment, then by name. */
  readonly endpoints: readonly EndpointTopology[]
  /** By owner, then by name. */
  readonly messages: readonly MessageTopology[]
}

/** Derives the topology from nothing but the endpoints, without a prefix. @throws CircularSubscription */
export function topology(endpoints: readonly Endpoint[]): Topology {
  const planned = endpoints.map((endpoint) => ({ endpoint, plan: plan(endpoint, '') }))
  const steps = deployOrder(planned.map(({ plan }) => plan))
  const all = planned.map(({ endpoint, plan }): EndpointTopology => {
    const { name, partitions, handlerTimeLimit } = endpoint
    return {
      name,
      partitions,
      handlerTimeLimitSeconds: milliseconds(handlerTimeLimit) / 1_000,
      deployOrder: steps.get(name) ?? 0,
      scalesBy: scalingGroup(endpoint, ''),
      plan,
    }
  })
  const inOrder = all.toSorted((one, other) => one.deployOrder - other.deployOrder || compare(one.name, other.name))
  return { endpoints: inOrder, messages: messagesOf(inOrder) }
}

function messagesOf(endpoints: readonly EndpointTopology[]): MessageTopology[] {
  const all = new Map(
    endpoints.flatMap(({ plan }) => [...plan.produces, ...plan.subscribes]).map((message) => [message.type.fullName, message]),
  )
  const who = (part: 'produces' | 'subscribes', type: MessageDescriptor) =>
    endpoints
      .filter(({ plan }) => plan[part].some((message) => message.type.fullName === type.fullName))
      .map(({ name }) => name)
      .toSorted()
  return [...all.values()]
    .toSorted((one, other) => compare(one.type.fullName, other.type.fullName))
    .map((message) => ({
      ...message,
      partitions: endpoints.find(({ name }) => name === message.type.owner)?.partitions,
      sentBy: who('produces', message.type),
      heardBy: who('subscribes', message.type),
    }))
}

/** By code, not by the language of the machine: what is made of it is compared on another one. */
const compare = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0)
