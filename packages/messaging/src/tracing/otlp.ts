import type { SpanContext } from '@opentelemetry/api'
import { type ExportResult, ExportResultCode, TraceState } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources'
import type { SpanExporter } from '@opentelemetry/sdk-trace'
import type { Log } from '../log.ts'
import type { TracingSettings } from '../settings.ts'
import { wallClock } from './clock.ts'
import type { ProcessTracing } from './openTracing.ts'
import { samplingBy } from './sampling.ts'
import type { Recorder } from './span.ts'
import { spanBatches } from './spanBatches.ts'
import { recordingSpans } from './spans.ts'
import type { TraceContext } from './traceContext.ts'

// Only this file loads OpenTelemetry's SDK, and only where tracing is on.

/** Exports of up to 512 spans, 230 KB, that wait for the collector's answer. What comes on top while it is slow or away is lost. */
const mostUnderWay = 64
/** How long one export may take, its repetitions included; the end of the process waits no longer either. */
const exportMs = 5_000

type Settings = TracingSettings & { readonly OTEL_EXPORTER_OTLP_ENDPOINT: string }

/** Records spans, and sends them to a collector by OTLP (HTTP with protobuf). Nothing here waits for the collector. */
export function otlpTracing(service: string, settings: Settings, log: Log): ProcessTracing {
  const url = `${settings.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/$/, '')}/v1/traces`
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: exportMs, concurrencyLimit: mostUnderWay })
  const batches = spanBatches(tellingOutages(exporter, url, log))
  const recorder: Recorder = {
    resource: resourceOf(service, settings),
    instrumentationScope: { name: '@petrel/messaging' },
    ended: (span) => batches.add(span),
    contextOf,
    now: wallClock(),
  }
  const sampling = samplingBy(settings.OTEL_TRACES_SAMPLER, settings.OTEL_TRACES_SAMPLER_ARG)
  return { spans: recordingSpans(recorder, sampling), close: () => withinLimit(batches.close()) }
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
function tellingOutages(exporter: OTLPTraceExporter, url: string, log: Log): Pick<SpanExporter, 'export' | 'shutdown'> {
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
    shutdown: () => exporter.shutdown(),
  }
}

/** The exporter has said what it could not send. */
async function withinLimit(closing: Promise<void>): Promise<void> {
  const { promise: tooLate, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, exportMs)
  await Promise.race([closing.catch(() => {}), tooLate])
  clearTimeout(timer)
}
