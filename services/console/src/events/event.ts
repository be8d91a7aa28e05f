/** What can happen; webhooks choose among them. */
export const eventKinds = [
  /** An endpoint is seen for the first time. */
  'endpoint-new',
  /** It handles or produces other messages than before. */
  'endpoint-changed',
  /** It has a process again. */
  'endpoint-started',
  /** Its last process has stopped in order. */
  'endpoint-stopped',
  /** Its last process gives no sign of life any more. */
  'endpoint-silent',
  /** A process of it that was silent gives signs of life again. */
  'endpoint-back',
  // The same for one process, while others of the endpoint go on.
  'instance-started',
  'instance-stopped',
  'instance-silent',
  'instance-back',
  'outage-guard-on',
  'outage-guard-off',
  /** Messages fail in a way that no message has failed in before. */
  'failures-new',
  /** A record cannot be read: neither by its endpoint nor here. */
  'undecodable',
  'replay-done',
  'check-failed',
  'check-passed',
] as const
export type EventKind = (typeof eventKinds)[number]

export type Severity = 'info' | 'ok' | 'warn' | 'fail'

/** Something that has happened, for people. */
export interface NewEvent {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly kind: EventKind
  readonly severity: Severity
  readonly endpoint?: string
  /** A sentence. */
  readonly text: string
  /** A path of the page. */
  readonly link?: string
  /** Whoever may find the same thing twice gives it one name: only the first is an event. */
  readonly name?: string
}
