/** Bytes that no try will turn into the message expected: they go to the dead letter topic at once, as they are. */
export class Undecodable extends Error {
  override readonly name = 'Undecodable'
}

/** A message does not fit its own schema; says which field, and why. The fault of whoever made it. */
export class InvalidMessage extends Error {
  override readonly name = 'InvalidMessage'
}
