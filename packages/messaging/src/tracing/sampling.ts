/** Which traces are recorded. */
export interface Sampling {
  /** Whether a trace that comes from somebody else is recorded exactly when it is recorded there. */
  readonly followsParent: boolean
  /** The same answer for one trace in every process. */
  records(traceId: string): boolean
}

/** OpenTelemetry's names for `OTEL_TRACES_SAMPLER` (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). */
export const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const
export type Sampler = (typeof samplers)[number]

/** @param ratio of the traces that are recorded, from 0 to 1; for samplers that have one */
export function samplingBy(sampler: Sampler, ratio: number): Sampling {
  const followsParent = sampler.startsWith('parentbased_')
  if (sampler.endsWith('always_on')) return { followsParent, records: () => true }
  if (sampler.endsWith('always_off')) return { followsParent, records: () => false }
  return { followsParent, records: (traceId) => isBelow(traceId, ratio) }
}

/** By the last seven bytes, which are random (https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/). */
const isBelow = (traceId: string, ratio: number) => Number.parseInt(traceId.slice(-14), 16) < ratio * 2 ** 56
