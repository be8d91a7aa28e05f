import { attributeKey, ProtobufWriter } from './protobuf.ts'
import { type Kind, kinds, type RecordedSpan, type SpanAttributes } from './span.ts'
import type { TraceContext } from './traceContext.ts'

// Fields of a span, by https://github.com/open-telemetry/opentelemetry-proto/blob/v1.9.0/opentelemetry/proto/trace/v1/trace.proto

export const attributesOfSpan = 9
const failed = 2

/** Writes a span that has ended as one of `ScopeSpans`. */
export function encodeSpan(writer: ProtobufWriter, span: RecordedSpan): void {
  const { context, parent, attributes, error } = span
  const begun = writer.begin(2)
  writePlace(writer, context)
  if (parent !== undefined) writer.bytes8(4, parent.upper, parent.lower)
  writer.time(7, span.startedAt)
  writer.time(8, span.endedAt)
  span.described.describe(writer, span)
  if (attributes !== undefined) writeAttributes(writer, attributesOfSpan, attributes)
  if (error !== undefined) {
    const status = writer.begin(15)
    writer.text(2, error)
    writer.number(3, failed)
    writer.end(status)
  }
  writer.fixed32(16, context.flags)
  writer.end(begun)
}

/** Spans and links begin alike. */
function writePlace(writer: ProtobufWriter, { trace, upper, lower, tracestate }: TraceContext): void {
  writer.bytes16(1, trace.first, trace.second, trace.third, trace.fourth)
  writer.bytes8(2, upper, lower)
  if (tracestate !== undefined) writer.text(3, tracestate)
}

export function writeLink(writer: ProtobufWriter, context: TraceContext): void {
  const begun = writer.begin(13)
  writePlace(writer, context)
  writer.fixed32(6, context.flags)
  writer.end(begun)
}

export function writeName(writer: ProtobufWriter, name: string, kind: Kind): void {
  writer.text(5, name)
  writer.number(6, kinds[kind])
}

export function writeAttributes(writer: ProtobufWriter, field: number, attributes: SpanAttributes): void {
  for (const name in attributes) {
    const value = attributes[name]
    if (value !== undefined) writer.attribute(field, attributeKey(name), value)
  }
}

/** What many spans have in common: encoded once, and copied into each. */
export function encoded(write: (writer: ProtobufWriter) => void): Uint8Array {
  const writer = new ProtobufWriter(512)
  write(writer)
  return Buffer.from(writer.written())
}

/** A request to a collector: the spans of one process. */
export interface ExportRequest {
  readonly body: Buffer
  readonly spans: number
}

/** It grows: most services have few spans a second. */
const firstBytes = 16 * 1024

/** Begins the body of a request. @param bytes of an earlier request, to be written over. @returns the writer for its spans, and what ends it */
export function exportRequest(resource: SpanAttributes, bytes?: Buffer) {
  const writer = new ProtobufWriter(bytes ?? firstBytes)
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
