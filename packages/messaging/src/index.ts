export { coalescing } from './coalescing.ts'
export { type Counter, metrics } from './definition/counter.ts'
export { type Duration, milliseconds } from './definition/duration.ts'
export { type Endpoint, endpoint, type Recoverability } from './definition/endpoint.ts'
export {
  type BatchContext,
  type BatchedMessage,
  batchHandler,
  handler,
  type Handler,
  type HandlerContext,
  type HandlerOptions,
  type Incoming,
  type Tombstone,
  type TransactionalContext,
  transactionalHandler,
  type Tx,
} from './definition/handler.ts'
export {
  type AvroSchema,
  command,
  event,
  type Message,
  type MessageDescriptor,
  type MessageKind,
  type MessageType,
  timeout,
} from './definition/message.ts'
export { InvalidMessage } from './codec/errors.ts'
export { MessageTooLarge, Postpone, Unrecoverable } from './definition/outcome.ts'
export { type OnOptions, saga, type Saga, type SagaContext, type StateVersion } from './definition/saga.ts'
export { table, type Columns, type Row, type Table } from './definition/table.ts'
export { BrokerUnavailable, publishDeadlineMs, RecordRefused } from './broker/port.ts'
export { uuid5 } from './uuid5.ts'
export { uuid7 } from './uuid7.ts'
export { ownSettings, run } from './run.ts'
export type { EndpointStatus, GroupStatus, LaneStatus } from './engine/status.ts'
export { type SendOptions, type Service, start, type StartOptions } from './service.ts'
export { readSettings, type Settings, tracingSettings } from './settings.ts'
export { activeTraceId, traced, type TracedSpan, traceFields } from './tracing/active.ts'
export { openTracing, type ProcessTracing } from './tracing/openTracing.ts'
export { tracedRequests } from './tracing/tracedRequests.ts'
export type { Spans } from './tracing/spans.ts'
export { loggedAs } from './errorForLog.ts'
export { type Log, silentLog } from './log.ts'
export { processLog } from './processLog.ts'
