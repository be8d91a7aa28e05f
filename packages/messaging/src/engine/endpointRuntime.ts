import type { AuditTrail } from '../audit/auditTrail.ts'
import type { Broker } from '../broker/port.ts'
import type { MessageDescriptor } from '../definition/message.ts'
import type { Endpoint } from '../definition/endpoint.ts'
import type { Log } from '../log.ts'
import type { Store } from '../store/port.ts'
import type { Tracing } from '../tracing/port.ts'
import type { BusyChains } from './busyChains.ts'
import type { EncodeMessage } from './encodeMessage.ts'
import type { MissingTopics } from './missingTopics.ts'
import type { OutageGuard } from './outageGuard.ts'
import type { CountingReport } from './report.ts'
import type { Router } from './routes.ts'
import type { RunningHandlers } from './runningHandlers.ts'
import type { RunShared } from './sharedBatches.ts'
import type { TopicLimits } from './topicLimits.ts'

/** Decodes record values. `prepare` fetches the schemas that `decode` needs. */
export interface Decoder {
  /** @throws RegistryUnavailable */
  prepare(values: readonly (Buffer | null)[]): Promise<void>
  /** @throws Undecodable */
  decode(value: Buffer | null, type: MessageDescriptor): object
}

/** Everything that the lanes of an endpoint share. */
export interface EndpointRuntime {
  readonly endpoint: Endpoint
  readonly prefix: string
  readonly broker: Broker
  /** Puts calls of several lanes into one statement (see groupCommit.ts). */
  readonly store: Store
  readonly runShared: RunShared
  readonly codec: Decoder
  readonly router: Router
  readonly encodeMessage: EncodeMessage
  readonly limits: TopicLimits
  /** Whether Kafka keeps the newest record of each key. @throws BrokerUnavailable */
  readonly isCompacted: (topic: string) => Promise<boolean>
  readonly log: Log
  readonly report: CountingReport
  readonly tracing: Tracing
  readonly audit: AuditTrail
  readonly missingTopics: MissingTopics
  readonly running: RunningHandlers
  readonly busy: BusyChains
  readonly guard: OutageGuard
  /** Aborted when the endpoint stops waiting for store, broker and registry. */
  readonly signal: AbortSignal
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** The text of a fault that a person has switched on. */
  readonly fault: () => string | undefined
}
