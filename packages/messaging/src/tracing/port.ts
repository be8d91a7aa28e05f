import type { Broker } from '../broker/port.ts'
import type { Delivery } from '../engine/delivery.ts'
import type { EncodeMessage } from '../engine/encodeMessage.ts'
import type { Store } from '../store/port.ts'
import type { TraceHeaders } from './traceContext.ts'

/** One try of a handler. */
export interface TryTracing {
  /** Where messages that the handler produces continue the trace; undefined: where its message came from. */
  readonly headers: TraceHeaders | undefined
  run<T>(handle: () => Promise<T>): Promise<T>
  /** @param outcome where the message goes, unless it was handled */
  end(outcome?: string, error?: unknown): void
}

/** What the engine traces. */
export interface Tracing {
  /** Begins one try of a handler, in the message's own trace. */
  process(delivery: Delivery, tries: number): TryTracing
  /** Traces one run of a batch handler with its transaction: once for all, and for each message in its own trace. */
  processTogether<T>(handler: string, deliveries: readonly Delivery[], run: () => Promise<T>): Promise<T>
  /** The same of a message that is handled together with others. */
  headersOf(delivery: Delivery): TraceHeaders | undefined
  /** Traces what is loaded for these messages before they are handled. */
  load<T>(deliveries: readonly Delivery[], load: () => Promise<T>): Promise<T>
  /** Messages that are encoded continue the trace of their cause. */
  encoding(encode: EncodeMessage): EncodeMessage
  publishing(broker: Broker): Broker
  storing(store: Store): Store
}

const untracedTry: TryTracing = { headers: undefined, run: (handle) => handle(), end() {} }

/** Where tracing is off: everything is as if there was none. */
export const noTracing: Tracing = {
  process: () => untracedTry,
  processTogether: (_handler, _deliveries, run) => run(),
  headersOf: () => undefined,
  load: (_deliveries, load) => load(),
  encoding: (encode) => encode,
  publishing: (broker) => broker,
  storing: (store) => store,
}
