import { fileURLToPath } from 'node:url'
import protobuf from 'protobufjs'

/** A span as a collector gets it. */
export interface Exported {
  readonly traceId: string
  readonly spanId: string
  /** Empty where a trace begins. */
  readonly parentSpanId: string
  readonly name: string
  readonly kind: string
  /** service.name of its process. */
  readonly service: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[]
  readonly failed: boolean
  /** What it has failed with; empty when it has not. */
  readonly error: string
  readonly tracestate: string
  /** Nanoseconds since the epoch. */
  readonly startedAt: bigint
  readonly endedAt: bigint
}

interface Attribute {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}

/** What `toObject` makes of the protocol's messages with the options below. */
interface ExportRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] }
    readonly scopeSpans: readonly { readonly spans: readonly ProtocolSpan[] }[]
  }[]
}

interface ProtocolSpan {
  readonly traceId: Buffer
  readonly spanId: Buffer
  readonly parentSpanId: Buffer
  readonly name: string
  readonly kind: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly Attribute[]
  readonly links: readonly { readonly traceId: Buffer; readonly spanId: Buffer }[]
  readonly traceState: string
  readonly status?: { readonly code: string; readonly message: string } | null
}

const root = new protobuf.Root()
root.resolvePath = (_origin, path) => fileURLToPath(new URL(path, import.meta.url))
root.loadSync('opentelemetry/proto/collector/trace/v1/trace_service.proto')
const requestType = root.lookupType('opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest')

/** Reads the body of a request to /v1/traces. @throws Error when it is not valid */
export function readExport(body: Buffer): Exported[] {
  const options = { longs: String, enums: String, defaults: true, arrays: true }
  const { resourceSpans } = requestType.toObject(requestType.decode(body), options) as ExportRequest
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(attributesOf(resource.attributes)['service.name'])
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => exported(service, span)))
  })
}

const exported = (service: string, span: ProtocolSpan): Exported => ({
  service,
  traceId: hex(span.traceId),
  spanId: hex(span.spanId),
  parentSpanId: hex(span.parentSpanId),
  name: span.name,
  kind: span.kind,
  attributes: attributesOf(span.attributes),
  links: span.links.map(({ traceId, spanId }) => ({ traceId: hex(traceId), spanId: hex(spanId) })),
  failed: span.status?.code === 'STATUS_CODE_ERROR',
  error: span.status?.message ?? '',
  tracestate: span.traceState,
  startedAt: BigInt(span.startTimeUnixNano),
  endedAt: BigInt(span.endTimeUnixNano),
})

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

const attributesOf = (attributes: readonly Attribute[]) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]))

/** A value is a message with one field, which says of what type it is. Its whole numbers have 64 bits. */
const plain = (value: Attribute['value']) => ('intValue' in value ? Number(value['intValue']) : Object.values(value)[0])
