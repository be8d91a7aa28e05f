/** Who wrote a dead letter: Petrel (null), one of the others, or somebody who says nothing in the record's headers. */
export type ForeignKind = 'spring' | 'connect' | 'watermill' | 'other'

/** What a foreign dead letter says about itself, in our words. What it does not say is undefined. */
export interface Failed {
  readonly kind: ForeignKind
  /** Who could not handle it: a consumer group, a connector, or else the dead letter topic itself. */
  readonly endpoint: string
  readonly errorType: string
  readonly errorMessage: string
  readonly errorStack?: string | undefined
  readonly handler?: string | undefined
  /** Of the message. */
  readonly type?: string | undefined
  /** A name for the message that it keeps when it fails again. */
  readonly id?: string | undefined
  readonly attempts?: bigint | undefined
  /** The topic it was read from: a replay sends it there. */
  readonly topic?: string | undefined
  /** Where it was first appended; all of it or nothing. */
  readonly place?: { readonly topic: string; readonly partition: bigint; readonly offset: bigint; readonly timestamp?: bigint | undefined } | undefined
}
