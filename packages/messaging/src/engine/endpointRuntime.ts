import type { Broker } from '../broker/port.ts'
import type { MessageDescriptor } from '../definition/message.ts'
import type { Endpoint } from '../definition/endpoint.ts'
import type { Log } from '../log.ts'
import type { Store } from '../store/port.ts'
import type { EncodeMessage } from './effects.ts'
import type { FailedAttempt, RecoveryRecord } from './recovery.ts'
import type { Router } from './routes.ts'

/** Decodes record values; `prepare` fetches what `decode` then needs at hand. */
export interface Decoder {
  /** @throws RegistryUnavailable */
  prepare(values: readonly (Buffer | null)[]): Promise<void>
  /** @throws Undecodable */
  decode(value: Buffer | null, type: MessageDescriptor): object
}

/** Everything an endpoint needs to handle batches. */
export interface EndpointRuntime {
  readonly endpoint: Endpoint
  readonly prefix: string
  readonly broker: Broker
  readonly store: Store
  readonly codec: Decoder
  readonly router: Router
  readonly encodeMessage: EncodeMessage
  readonly log: Log
  /** Aborted when the endpoint gives up waiting for store and broker. */
  readonly signal: AbortSignal
  /** The text of a fault that a person has switched on. */
  readonly fault: () => string | undefined
  readonly failed: (failure: FailedAttempt, way: RecoveryRecord) => void
}
