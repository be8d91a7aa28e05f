// What the records of an audit topic say. Times are milliseconds since the epoch.

/** What became of a delivery. `unknown`: a later version of the library knows more outcomes than this one. */
export type HandledOutcome = 'handled' | 'retried' | 'postponed' | 'deadLettered' | 'duplicate' | 'unknown'

/**
 * What a message has done to its saga. `begun`: nothing of it had been saved before, so several messages that are saved together may
 * say so. `ignored`: it had not begun, or was complete. `unknown`: a later version of the library knows more.
 */
export interface SagaStep {
  readonly change: 'begun' | 'changed' | 'completed' | 'ignored' | 'unknown'
  /** Which it has requested: `ce_id` and `ce_type` of the message that comes then. */
  readonly timeouts: readonly { readonly id: string; readonly type: string | null; readonly dueAt: number }[]
}

/**
 * What became of one delivery of a message: `<topic>/<partition>/<offset>` names the delivery within its endpoint. After a
 * crash a delivery may have several entries. The one with the latest {@link Audit.at} counts, and a `duplicate` only where
 * there is no other.
 */
export interface HandledEntry {
  /** `ce_id`; the place of the original record when it has none. Texts from outside are cut at 512 characters. */
  readonly id: string
  /** `ce_source`; the original topic when the message has none. */
  readonly source: string
  readonly type: string | null
  readonly conversationId: string
  readonly causationId: string | null
  readonly traceId: string | null
  readonly key: string | null
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Where the message was first appended; null when that is where this delivery was read. */
  readonly originalTopic: string | null
  readonly originalPartition: number | null
  readonly originalOffset: number | null
  readonly handler: string | null
  readonly saga: string | null
  readonly sagaId: string | null
  readonly outcome: HandledOutcome
  /** Tries since it was sent or last replayed, the last one included. */
  readonly attempt: number
  readonly errorType: string | null
  readonly sentAt: number
  /** When the last try began. */
  readonly startedAt: number
  /** What the last try took, in microseconds; of a batch handler an equal share of the batch's time. */
  readonly durationUs: number
  /** `<dlt topic>/<partition>/<offset>` of the dead letter that a person has sent back. */
  readonly replayOf: string | null
  /** Null where no saga has handled it. */
  readonly sagaStep: SagaStep | null
}

/** A sign of life of one process. */
export interface Heartbeat {
  readonly startedAt: number
  /** In milliseconds: when the next one is to be expected. */
  readonly everyMs: number
  readonly version: string
  readonly host: string
  readonly pid: number
  /** Whether it is a member of its consumer groups. */
  readonly ready: boolean
  /** Whether it handles one message at a time. */
  readonly outageGuard: boolean
  /** The last one of a process that stops in order. */
  readonly stopping: boolean
  /** An {@link EndpointDefinition} as JSON: in the first heartbeat of a process, and every ten minutes. */
  readonly definition: string | null
}

/** What an endpoint handles and produces; topics and groups with their prefix. */
export interface EndpointDefinition {
  readonly handles: readonly {
    readonly type: string
    readonly topic: string
    readonly kind: string
    readonly handler: string
    readonly saga?: string
  }[]
  readonly produces: readonly { readonly type: string; readonly topic: string; readonly kind: string }[]
  /** Delays of its retries: `2s`. */
  readonly delayed: readonly string[]
  readonly partitions: number
  readonly groups: readonly { readonly group: string; readonly topics: readonly string[] }[]
}

/** One record of an audit topic: what was handled together, or a heartbeat. */
export interface Audit {
  readonly endpoint: string
  /** A UUID for each start of a process. */
  readonly instance: string
  readonly at: number
  readonly lane: string | null
  readonly messages: readonly HandledEntry[]
  readonly heartbeat: Heartbeat | null
}
