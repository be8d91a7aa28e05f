/** Who wrote a dead letter: one of those that are known, or somebody who says nothing in the record's headers. */
export type ForeignKind = 'spring' | 'connect' | 'watermill' | 'other'

/** Where a record was first appended. */
export interface Place {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  /** Milliseconds since the epoch. */
  readonly timestamp: bigint | undefined
}

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
  readonly place?: Place | undefined
}

const mostPartitions = 2n ** 31n
const mostOffsets = 2n ** 63n

/** @returns undefined unless all of it was said and is possible: with less, two messages could look like one */
export function placeOf(
  topic: string | undefined,
  partition: bigint | undefined,
  offset: bigint | undefined,
  timestamp?: bigint,
): Place | undefined {
  if (topic === undefined || partition === undefined || offset === undefined) return undefined
  if (partition >= mostPartitions || offset >= mostOffsets) return undefined
  return { topic, partition: Number(partition), offset, timestamp }
}
