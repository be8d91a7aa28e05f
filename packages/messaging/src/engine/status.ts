/** What a lane does that has nothing to do. */
export const waitForRecords = 'wait for records'
/** What a lane does while the outage guard lets other lanes handle their message first. */
export const waitForTurn = 'wait for its turn'
/** What a lane does whose partitions have come back before its last batch in this process has ended. */
export const waitForEarlierBatch = 'wait for its batch from before a rebalance'

/** What a lane does at the moment, and what it waits for. */
export interface LaneStatus {
  /** `<group>/<partition>` */
  readonly lane: string
  /** For example `save a batch`. */
  readonly doing: string
  /** ISO 8601. */
  readonly since: string
  /** When it last began a step, a further try of it, or a handler. ISO 8601. */
  readonly movedAt: string
  /** How often it has failed so far, and why the last time. */
  readonly failures?: number
  readonly error?: string | undefined
  /** The first record of its batch. */
  readonly topic?: string
  readonly partition?: number
  readonly offset?: string
  readonly messageId?: string | undefined
  /** Records that wait in memory. `dueAt` (ISO 8601): when the first of them may be handled, if that is not at once. */
  readonly waiting: { readonly records: number; readonly bytes: number; readonly dueAt?: string }
}

export interface GroupStatus {
  readonly group: string
  /** Whether it is a member of its consumer group now. */
  readonly joined: boolean
  /** Topics that it subscribes to and that are not there, when there are any: the others are read. */
  readonly missingTopics?: readonly string[]
  /** Also those that another member has now, while their last batch in this process has not ended. */
  readonly lanes: readonly LaneStatus[]
}

/** What an endpoint does, and what each of its lanes waits for. */
export interface EndpointStatus {
  readonly endpoint: string
  readonly ready: boolean
  readonly groups: readonly GroupStatus[]
  /** Topics that it writes to and that are not there, when there are any: what goes there waits in the outbox. */
  readonly missingTopics?: readonly string[]
  /** Whether messages are handled one at a time, because many in a row have failed. */
  readonly outageGuard: { readonly on: boolean; readonly failuresInARow: number }
  /** Keys with a handler whose time is over and that has not ended yet. */
  readonly busyKeys: number
  /** Messages dropped since the start, since they had been handled before. */
  readonly duplicatesDropped: number
}

/** The status of an endpoint that has not joined its groups yet. */
export const statusBeforeJoining = (endpoint: string): EndpointStatus => ({
  endpoint,
  ready: false,
  groups: [],
  outageGuard: { on: false, failuresInARow: 0 },
  busyKeys: 0,
  duplicatesDropped: 0,
})
