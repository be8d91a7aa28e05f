import {
  avroContentType,
  ce,
  type EndpointTopology,
  type MessagePlan,
  type MessageTopology,
  type Topology,
} from '@petrel/messaging/operations'
import { docOf } from './avroFields.ts'
import { shortName } from './shortName.ts'

/** What the document says about the whole. */
export interface SystemInfo {
  readonly title: string
  readonly version: string
  readonly description: string
}

/** Of the Kafka bindings (https://github.com/asyncapi/bindings/tree/master/kafka). */
const bindingVersion = '0.5.0'
/** Avro schemas as they are in the registry. */
const schemaFormat = 'application/vnd.apache.avro+json;version=1.9.0'

/**
 * The system as an AsyncAPI document (https://www.asyncapi.com/docs/reference/specification/v3.0.0): a channel for each
 * message's topic, an operation for each endpoint that sends or hears it. Topics have no prefix here.
 */
export function asyncapi({ endpoints, messages }: Topology, { title, version, description }: SystemInfo) {
  return {
    asyncapi: '3.0.0',
    info: { title, version, description, tags: endpoints.map(({ name }) => ({ name })) },
    defaultContentType: avroContentType,
    channels: keyed(messages, ({ topic }) => topic, channel),
    operations: Object.fromEntries(endpoints.flatMap(operations)),
    components: {
      messages: keyed(messages, ({ type }) => type.fullName, component),
      messageTraits: { cloudEvent: { headers } },
    },
  }
}

const channel = (message: MessageTopology) => ({
  address: message.topic,
  title: message.topic,
  messages: { [shortName(message)]: reference('components', 'messages', message.type.fullName) },
  bindings: {
    kafka: { topic: message.topic, ...(message.partitions !== undefined && { partitions: message.partitions }), bindingVersion },
  },
})

const component = (message: MessageTopology) => ({
  name: message.type.fullName,
  title: shortName(message),
  summary: docOf(message.type),
  tags: [{ name: message.type.owner }, { name: message.type.kind }],
  contentType: avroContentType,
  traits: [reference('components', 'messageTraits', 'cloudEvent')],
  payload: { schemaFormat, schema: message.type.schema },
  bindings: {
    kafka: {
      key: { type: 'string', description: `The value of the field ${message.type.key}.` },
      schemaIdLocation: 'payload',
      schemaIdPayloadEncoding: 'confluent',
      bindingVersion,
    },
  },
})

function operations({ name, plan, scalesBy }: EndpointTopology) {
  const group = { kafka: { groupId: { type: 'string', enum: [scalesBy?.group] }, bindingVersion } }
  return [
    ...plan.subscribes.map((message) => operation(name, 'receive', message, { bindings: group })),
    ...plan.produces.map((message) => operation(name, 'send', message)),
  ]
}

const operation = (endpoint: string, action: 'send' | 'receive', { topic, type }: MessagePlan, more: object = {}) =>
  [
    `${endpoint}.${action}.${topic}`,
    {
      action,
      title: `${endpoint} ${verbs[action][type.kind]} ${type.fullName}`,
      channel: reference('channels', topic),
      messages: [reference('channels', topic, 'messages', shortName({ type }))],
      tags: [{ name: endpoint }],
      ...more,
    },
  ] as const

const verbs = {
  send: { command: 'sends', event: 'publishes', timeout: 'schedules' },
  receive: { command: 'handles', event: 'hears', timeout: 'handles' },
} as const

/** The meaning of each header that Petrel writes. */
const meanings: Readonly<Record<keyof typeof ce, string>> = {
  specversion: 'The version of CloudEvents.',
  id: 'The id of the message. Two messages with the same source and id are one message sent twice.',
  type: 'Which message it is, owner first.',
  source: 'The endpoint that sent it.',
  time: 'When it was made, ISO 8601.',
  conversationId: 'The same for everything that one first message led to.',
  causationId: 'The id of the message that led to this one; the first one has none.',
  contentType: 'What the body is: behind a zero byte and four bytes with the id of its schema, Avro.',
  traceparent: 'W3C trace context.',
  tracestate: 'W3C trace context.',
}
const optional: readonly string[] = [ce.causationId, ce.traceparent, ce.tracestate]
const fixed: Readonly<Record<string, string>> = { [ce.specversion]: '1.0', [ce.contentType]: avroContentType }

const headers = {
  type: 'object',
  required: Object.values(ce).filter((name) => !optional.includes(name)),
  properties: Object.fromEntries(
    (Object.keys(ce) as (keyof typeof ce)[]).map((header) => {
      const value = fixed[ce[header]]
      return [ce[header], { type: 'string', description: meanings[header], ...(value !== undefined && { const: value }) }]
    }),
  ),
}

/** A JSON pointer. Names have neither `/` nor `~` in them. */
const reference = (...path: readonly string[]) => ({ $ref: `#/${path.join('/')}` })

const keyed = <Item, Value>(items: readonly Item[], key: (item: Item) => string, value: (item: Item) => Value) =>
  Object.fromEntries(items.map((item) => [key(item), value(item)]))
