import type { SpanContext } from '@opentelemetry/api'
import { type ExportResult, ExportResultCode, TraceState } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace'
import type { Log } from '../log.ts'
import type { TracingSettings } from '../settings.ts'
import { wallClock } from './clock.ts'
import type { ProcessTracing } from './openTracing.ts'
import { samplingBy } from './sampling.ts'
import type { Recorder } from './span.ts'
import { recordingSpans } from './spans.ts'
import type { TraceContext } from './traceContext.ts'

// Only this file loads OpenTelemetry's SDK, and only where tracing is on.

/** Spans that wait while the collector is busy or away, about 1 KB each. What comes on top is dropped. */
const mostWaiting = 8_192
const atOnce = 1_024
const everyMs = 1_000
/** How long one export may take, its repetitions included; the end of the process waits no longer either. */
const exportMs = 5_000

type Settings = TracingSettings & { readonly OTEL_EXPORTER_OTLP_ENDPOINT: string }

/** Records spans, and sends them to a collector by OTLP (HTTP with protobuf). Nothing here waits for the collector. */
export function otlpTracing(service: string, settings: Settings, log: Log): ProcessTracing {
  const url = `${settings.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/$/, '')}/v1/traces`
  const exporter = tellingOutages(new OTLPTraceExporter({ url, timeoutMillis: exportMs }), url, log)
  const processor = new BatchSpanProcessor({
    exporter,
    maxQueueSize: mostWaiting,
    maxExportBatchSize: atOnce,
    scheduledDelayMillis: everyMs,
    exportTimeoutMillis: exportMs,
  })
  const recorder: Recorder = {
    resource: resourceOf(service, settings),
    instrumentationScope: { name: '@petrel/messaging' },
    ended: (span) => processor.onEnd(span),
    contextOf,
    now: wallClock(),
  }
  const sampling = samplingBy(settings.OTEL_TRACES_SAMPLER, settings.OTEL_TRACES_SAMPLER_ARG)
  return { spans: recordingSpans(recorder, sampling), close: () => flushed(processor) }
}

function resourceOf(service: string, { OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES }: Settings): Resource {
  return resourceFromAttributes({
    'service.namespace': 'petrel',
    'service.instance.id': crypto.randomUUID(),
    'process.pid': process.pid,
    ...OTEL_RESOURCE_ATTRIBUTES,
    'service.name': OTEL_SERVICE_NAME ?? OTEL_RESOURCE_ATTRIBUTES['service.name'] ?? service,
  })
}

const contextOf = ({ traceId, spanId, flags, tracestate }: TraceContext): SpanContext => ({
  traceId,
  spanId,
  traceFlags: flags,
  ...(tracestate !== undefined && { traceState: new TraceState(tracestate) }),
})

/** Says once that the collector is away, and once that it is back. */
function tellingOutages(exporter: OTLPTraceExporter, url: string, log: Log): SpanExporter {
  let lost = 0
  const tell = ({ code, error }: ExportResult, spans: number) => {
    if (code === ExportResultCode.FAILED) {
      if (lost === 0) log.warn({ err: error, collector: url }, 'spans are lost: the collector does not take them; messages go on')
      lost += spans
    } else if (lost > 0) {
      log.info({ collector: url, lost }, 'the collector takes spans again')
      lost = 0
    }
  }
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        tell(result, spans.length)
        done(result)
      }),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  }
}

/** The exporter has said what it could not send. */
async function flushed(processor: BatchSpanProcessor): Promise<void> {
  const { promise: tooLate, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, exportMs)
  await Promise.race([processor.shutdown().catch(() => {}), tooLate])
  clearTimeout(timer)
}
