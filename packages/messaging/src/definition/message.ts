/** What a message is: an instruction that one endpoint handles, a fact to which any may subscribe, or a message that a saga schedules for itself. */
export type MessageKind = 'command' | 'event' | 'timeout'

/** An Avro schema as parsed JSON (https://avro.apache.org/docs/1.12.0/specification/). */
export type AvroSchema = string | readonly AvroSchema[] | { readonly type: unknown; readonly [attribute: string]: unknown }

/** Everything that the bus must know of a message type; generated from `schemas/<owner>/<Message>.avsc`. */
export interface MessageDescriptor<Kind extends MessageKind = MessageKind> {
  readonly kind: Kind
  /** `<owner>.<Message>`, for example `sales.OrderPlaced`; travels as `ce_type`. */
  readonly fullName: string
  /** The endpoint that publishes the event, handles the command, or requests the timeout. */
  readonly owner: string
  /** Topic without any prefix, for example `sales.order-placed`. */
  readonly topic: string
  /** The field whose value is the record key. */
  readonly key: string
  readonly schema: AvroSchema
}

/** A message that can be produced. Call its type to make one: `OrderPlaced({ … })`. */
export interface Message<Kind extends MessageKind = MessageKind, Data extends object = object> {
  readonly type: MessageDescriptor<Kind>
  readonly data: Data
}

/** A message type: call it to make a message, and pass it to `handler` or `saga` to handle one. */
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
