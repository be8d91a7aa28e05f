// For programs with metrics besides an endpoint's own: what they serve over HTTP, or when they are no endpoint.
export { opsPort } from '../settings.ts'
export { type OpsServer, startProgramOps } from '../ops/opsServer.ts'
export { rarely } from './rarely.ts'
export { boundedLabel } from './boundedLabel.ts'
export { httpDurations } from './httpDurations.ts'
export { type Description, readGauge, type Reading } from './readGauge.ts'
export { type MetricsRegistry, processRegistry } from './registry.ts'
