/** What a message is: an instruction with one owner, a fact anyone may hear, or a saga's own alarm clock. */
export type MessageKind = 'command' | 'event' | 'timeout'

/** An Avro schema as parsed JSON (https://avro.apache.org/docs/1.12.0/specification/). */
export type AvroSchema = string | readonly AvroSchema[] | { readonly type: unknown; readonly [attribute: string]: unknown }

/** Everything the bus must know of a message type; generated from `schemas/<owner>/<Message>.avsc`. */
export interface MessageDescriptor<Kind extends MessageKind = MessageKind> {
  readonly kind: Kind
  /** `<owner>.<Message>`, for example `sales.OrderPlaced`; travels as `ce_type`. */
  readonly fullName: string
  /** The endpoint that publishes the event, handles the command, or asked for the timeout. */
  readonly owner: string
  /** Topic without any prefix, for example `sales.order-placed`. */
  readonly topic: string
  /** The field whose value is the record key. */
  readonly key: string
  readonly schema: AvroSchema
}

/** A message on its way out: made by calling its type, `OrderPlaced({ … })`. */
export interface Message<Kind extends MessageKind = MessageKind, Data extends object = object> {
  readonly type: MessageDescriptor<Kind>
  readonly data: Data
}

/** A message type: call it to make a message; hand it to `handler` or `saga` to receive one. */
export interface MessageType<Kind extends MessageKind, Data extends object> extends MessageDescriptor<Kind> {
  (data: Data): Message<Kind, Data>
}

type Definition = Omit<MessageDescriptor, 'kind'>

/** Defines a command; called by generated code. */
export const command = <Data extends object>(definition: Definition): MessageType<'command', Data> =>
  define('command', definition)

/** Defines an event; called by generated code. */
export const event = <Data extends object>(definition: Definition): MessageType<'event', Data> => define('event', definition)

/** Defines a timeout; called by generated code. */
export const timeout = <Data extends object>(definition: Definition): MessageType<'timeout', Data> =>
  define('timeout', definition)

function define<Kind extends MessageKind, Data extends object>(kind: Kind, definition: Definition): MessageType<Kind, Data> {
  const type: MessageType<Kind, Data> = Object.assign((data: Data): Message<Kind, Data> => ({ type, data }), {
    kind,
    ...definition,
  })
  return type
}
