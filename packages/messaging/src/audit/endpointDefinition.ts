import type { Endpoint } from '../definition/endpoint.ts'
import type { MessageDescriptor } from '../definition/message.ts'
import { topicName } from '../naming.ts'
import { plan } from '../operations/plan.ts'
import type { EndpointDefinition } from './audit.ts'

/** An endpoint as its heartbeats tell it: whoever reads them has no code of it. */
export function endpointDefinition(endpoint: Endpoint, prefix: string): EndpointDefinition {
  const message = (type: MessageDescriptor) => ({ type: type.fullName, topic: prefix + topicName(type), kind: type.kind })
  return {
    handles: [
      ...endpoint.handlers.map(({ name, handles }) => ({ ...message(handles), handler: name })),
      ...endpoint.sagas.flatMap(({ name, reactions }) =>
        reactions.map(({ handles }) => ({ ...message(handles), handler: name, saga: name })),
      ),
    ],
    produces: endpoint.produces.map(message),
    delayed: endpoint.recoverability.delayed,
    partitions: endpoint.partitions,
    groups: plan(endpoint, prefix).groups.map(({ group, topics }) => ({ group, topics })),
  }
}
