import { type Kind, kinds, type RecordedSpan, type SpanAttributes } from './span.ts'
import { attributeName, spanAttribute, SpanWriter } from './spanWriter.ts'

const failed = 2

/** Writes a span that has ended as one of `ScopeSpans`. */
export function encodeSpan(writer: SpanWriter, span: RecordedSpan): void {
  const { context, attributes, error } = span
  const begun = writer.begin(2)
  writer.head(context, span.parent, span.startedAt, span.endedAt)
  span.described.describe(writer, span)
  if (attributes !== undefined) writeAttributes(writer, attributes)
  if (error !== undefined) {
    const status = writer.begin(15)
    writer.text(2, error)
    writer.number(3, failed)
    writer.end(status)
  }
  writer.fixed32(16, context.flags)
  writer.end(begun)
}

export function writeName(writer: SpanWriter, name: string, kind: Kind): void {
  writer.text(5, name)
  writer.number(6, kinds[kind])
}

export function writeAttributes(writer: SpanWriter, attributes: SpanAttributes): void {
  for (const name in attributes) {
    const value = attributes[name]
    if (value !== undefined) writer.attribute(spanAttribute(name), value)
  }
}

/** What many spans have in common: encoded once, and copied into each. */
export function encoded(write: (writer: SpanWriter) => void): Uint8Array {
  const writer = new SpanWriter(512)
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
  const writer = new SpanWriter(bytes ?? firstBytes)
  const resourceSpans = writer.begin(1)
  const ofResource = writer.begin(1)
  for (const [name, value] of Object.entries(resource)) writer.attribute(attributeName(1, name), value)
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
