/** Bytes that cannot be read as the expected message, however often it is tried: they go to the dead letter topic unchanged. */
export class Undecodable extends Error {
  override readonly name: string = 'Undecodable'
}

/** A record without a value, where nobody handles such: see `HandlerOptions.tombstone`. */
export class UnhandledTombstone extends Undecodable {}

/**
 * The registry does not know the schema's id. It may know it later, since a registry's followers lag behind its leader: so
 * there are delayed retries before the dead letter topic.
 */
export class UnknownSchema extends Undecodable {
  override readonly name = 'UnknownSchema'
}

/** The data of a message does not fit its schema. The error names the field and the reason. */
export class InvalidMessage extends Error {
  override readonly name = 'InvalidMessage'
}
