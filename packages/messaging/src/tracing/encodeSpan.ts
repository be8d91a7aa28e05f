import { attributeKey, ProtobufWriter } from './protobuf.ts'
import type { RecordedSpan, SpanAttributes } from './span.ts'
import type { TraceContext } from './traceContext.ts'

// Fields of a span, by https://github.com/open-telemetry/opentelemetry-proto/blob/v1.9.0/opentelemetry/proto/trace/v1/trace.proto

const attributesOfSpan = 9
const failed = 2

/** Writes a span that has ended as one of `ScopeSpans`. */
export function encodeSpan(writer: ProtobufWriter, span: RecordedSpan): void {
  const { context, parent, name, kind, shared, attributes, links, error } = span
  const begun = writer.begin(2)
  writer.id(1, context.traceId)
  writer.id(2, context.spanId)
  if (context.tracestate !== undefined) writer.text(3, context.tracestate)
  if (parent !== undefined) writer.id(4, parent.spanId)
  writer.text(5, name)
  writer.number(6, kind)
  writer.time(7, span.startedAt)
  writer.time(8, span.endedAt)
  if (shared !== undefined) writer.fields(shared)
  writeAttributes(writer, attributesOfSpan, attributes)
  for (const link of links) writeLink(writer, link)
  if (error !== undefined) {
    const status = writer.begin(15)
    writer.text(2, error)
    writer.number(3, failed)
    writer.end(status)
  }
  writer.fixed32(16, context.flags)
  writer.end(begun)
}

function writeLink(writer: ProtobufWriter, { traceId, spanId, tracestate, flags }: TraceContext): void {
  const begun = writer.begin(13)
  writer.id(1, traceId)
  writer.id(2, spanId)
  if (tracestate !== undefined) writer.text(3, tracestate)
  writer.fixed32(6, flags)
  writer.end(begun)
}

function writeAttributes(writer: ProtobufWriter, field: number, attributes: SpanAttributes): void {
  for (const name in attributes) {
    const value = attributes[name]
    if (value !== undefined) writer.attribute(field, attributeKey(name), value)
  }
}

/** Attributes that many spans have: encoded once, and copied into each. */
export function sharedAttributes(attributes: SpanAttributes): Uint8Array {
  const writer = new ProtobufWriter(512)
  writeAttributes(writer, attributesOfSpan, attributes)
  return Buffer.from(writer.written())
}

/** A request to a collector: the spans of one process. */
export interface ExportRequest {
  readonly body: Uint8Array
  readonly spans: number
}

/** It grows: most services have few spans a second. */
const firstBytes = 16 * 1024

/** Begins the body of a request. @returns the writer for its spans, and what ends it */
export function exportRequest(resource: SpanAttributes) {
  const writer = new ProtobufWriter(firstBytes)
  const resourceSpans = writer.begin(1)
  const ofResource = writer.begin(1)
  writeAttributes(writer, 1, resource)
  writer.end(ofResource)
  const scopeSpans = writer.begin(2)
  const scope = writer.begin(1)
  writer.text(1, '@petrel/messaging')
  writer.end(scope)
  let spans = 0
  return {
    get spans() {
      return spans
    },
    add(span: RecordedSpan): void {
      encodeSpan(writer, span)
      spans += 1
    },
    end(): ExportRequest {
      writer.end(scopeSpans)
      writer.end(resourceSpans)
      return { body: writer.written(), spans }
    },
  }
}
