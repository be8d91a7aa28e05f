import { type ExportResult, ExportResultCode } from '@opentelemetry/core'
import { convertLegacyHttpOptions, createOtlpHttpExportDelegate } from '@opentelemetry/otlp-exporter-base/node-http'
import type { Log } from '../log.ts'
import type { TracingSettings } from '../settings.ts'
import { wallClock } from './clock.ts'
import type { ExportRequest } from './encodeSpan.ts'
import type { ProcessTracing } from './openTracing.ts'
import { samplingBy } from './sampling.ts'
import type { SpanAttributes } from './span.ts'
import { type Exporter, spanBatches } from './spanBatches.ts'
import { recordingSpans } from './spans.ts'

// Only this file loads OpenTelemetry's exporter, and only where tracing is on.

/** Exports of up to 2,048 spans, 1 MB, that wait for the collector's answer. What comes on top while it is slow or away is lost. */
const mostUnderWay = 16
/** How long one export may take, its repetitions included; the end of the process waits no longer either. */
const exportMs = 5_000

type Settings = TracingSettings & { readonly OTEL_EXPORTER_OTLP_ENDPOINT: string }

/** Records spans, and sends them to a collector by OTLP (HTTP with protobuf). Nothing here waits for the collector. */
export function otlpTracing(service: string, settings: Settings, log: Log): ProcessTracing {
  const url = `${settings.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/$/, '')}/v1/traces`
  const batches = spanBatches(tellingOutages(sender(url), url, log), resourceOf(service, settings))
  const sampling = samplingBy(settings.OTEL_TRACES_SAMPLER, settings.OTEL_TRACES_SAMPLER_ARG)
  const spans = recordingSpans({ ended: (span) => batches.add(span), now: wallClock() }, sampling)
  return { spans, close: () => withinLimit(batches.close()) }
}

/**
 * What OpenTelemetry's own OTLPTraceExporter is made of (exporter-trace-otlp-proto 0.301.1), with its repetitions, limits and variables,
 * for spans that are encoded already.
 */
function sender(url: string) {
  const options = { url, timeoutMillis: exportMs, concurrencyLimit: mostUnderWay }
  return createOtlpHttpExportDelegate(
    convertLegacyHttpOptions(options, 'TRACES', 'v1/traces', { 'Content-Type': 'application/x-protobuf' }),
    { serializeRequest: ({ body }: ExportRequest) => body, deserializeResponse: () => undefined },
    'otlp_http_span_exporter',
    { name: 'span', countItems: ({ spans }) => spans },
    undefined,
  )
}

function resourceOf(service: string, { OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES }: Settings): SpanAttributes {
  return {
    'service.namespace': 'petrel',
    'service.instance.id': crypto.randomUUID(),
    'process.pid': process.pid,
    ...OTEL_RESOURCE_ATTRIBUTES,
    'service.name': OTEL_SERVICE_NAME ?? OTEL_RESOURCE_ATTRIBUTES['service.name'] ?? service,
  }
}

/** Says once that the collector is away, and once that it is back. */
function tellingOutages(exporter: ReturnType<typeof sender>, url: string, log: Log): Exporter {
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
    export: (request, done) =>
      exporter.export(request, (result) => {
        tell(result, request.spans)
        done(result.code === ExportResultCode.SUCCESS)
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
