import type { Log } from '../log.ts'
import type { TracingSettings } from '../settings.ts'
import type { Spans } from './spans.ts'

/** The tracing of one process. */
export interface ProcessTracing {
  /** Undefined when tracing is off. */
  readonly spans: Spans | undefined
  /** Exports what has ended, within a limited time; never throws. */
  close(): Promise<void>
}

export const tracingOff: ProcessTracing = { spans: undefined, close: async () => {} }

/** Where no collector is named, nothing is loaded and nothing is recorded. @param service the name under which the spans are found */
export async function openTracing(service: string, settings: TracingSettings, log: Log): Promise<ProcessTracing> {
  if (settings.OTEL_EXPORTER_OTLP_ENDPOINT === undefined || settings.OTEL_SDK_DISABLED) return tracingOff
  const { otlpTracing } = await import('./otlp.ts')
  return otlpTracing(service, { ...settings, OTEL_EXPORTER_OTLP_ENDPOINT: settings.OTEL_EXPORTER_OTLP_ENDPOINT }, log)
}
