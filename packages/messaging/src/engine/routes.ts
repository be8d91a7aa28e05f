import type { Endpoint } from '../definition/endpoint.ts'
import type { Handler } from '../definition/handler.ts'
import type { MessageDescriptor } from '../definition/message.ts'
import type { Saga, SagaReaction } from '../definition/saga.ts'
import { topicName } from '../naming.ts'
import type { Envelope } from './envelope.ts'

/** The handler or the saga that handles a message type. */
export type Route =
  | { readonly type: MessageDescriptor; readonly name: string; readonly handler: Handler; readonly saga?: undefined }
  | {
      readonly type: MessageDescriptor
      readonly name: string
      readonly saga: Saga
      readonly reaction: SagaReaction
      readonly handler?: undefined
    }

/** Finds the route of a record: by its `ce_type`, or without one by the topic where it was first appended. */
export type Router = (envelope: Envelope) => Route | undefined

export function routing(endpoint: Endpoint, prefix: string): Router {
  const routes = routesOf(endpoint)
  const byType = new Map(routes.map((route) => [route.type.fullName, route]))
  const byTopic = new Map(routes.map((route) => [prefix + topicName(route.type), route]))
  return ({ typeName, original }) => (typeName === undefined ? byTopic.get(original.topic) : byType.get(typeName))
}

function routesOf(endpoint: Endpoint): Route[] {
  return [
    ...endpoint.handlers.map((handler): Route => ({ type: handler.handles, name: handler.name, handler })),
    ...endpoint.sagas.flatMap((saga) =>
      saga.reactions.map((reaction): Route => ({ type: reaction.handles, name: saga.name, saga, reaction })),
    ),
  ]
}
