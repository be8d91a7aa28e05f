/** What a lane does that has nothing to do. */
export const waitForRecords = 'wait for records'

/** What a lane does at the moment, and what it waits for. */
export interface LaneStatus {
  /** `<group>/<partition>` */
  readonly lane: string
  /** For example `save a batch`. */
  readonly doing: string
  /** ISO 8601. */
  readonly since: string
  /** How often it has failed so far, and why the last time. */
  readonly failures?: number
  readonly error?: string | undefined
  /** The first record of its batch. */
  readonly topic?: string
  readonly partition?: number
  readonly offset?: string
  readonly messageId?: string | undefined
  /** Records that wait in memory. */
  readonly waiting: { readonly records: number; readonly bytes: number }
}

export interface GroupStatus {
  readonly group: string
  /** Whether it is a member of its consumer group now. */
  readonly joined: boolean
  readonly lanes: readonly LaneStatus[]
}

/** What an endpoint does, and what each of its lanes waits for. */
export interface EndpointStatus {
  readonly endpoint: string
  readonly ready: boolean
  readonly groups: readonly GroupStatus[]
  /** Whether messages are handled one at a time, because many in a row have failed. */
  readonly outageGuard: { readonly on: boolean; readonly failuresInARow: number }
  /** Keys with a handler whose time is over and that has not ended yet. */
  readonly busyKeys: number
  /** Messages dropped since the start, since they had been handled before. */
  readonly duplicatesDropped: number
}
