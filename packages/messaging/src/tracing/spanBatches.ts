import { type ExportRequest, exportRequest } from './encodeSpan.ts'
import type { RecordedSpan, SpanAttributes } from './span.ts'

/** What a collector takes at once: a span has some 400 bytes. */
const mostAtOnce = 2_048
const everyMs = 1_000

/** Takes requests, and says when each was sent or given up. */
export interface Exporter {
  /** @param done is told whether the collector has it. Then nobody reads the request's body any more */
  export(request: ExportRequest, done: (isSent: boolean) => void): void
  shutdown(): Promise<void>
}

/** Spans that have ended, until they are handed to the exporter: many together, and none later than after a second. */
export interface SpanBatches {
  add(span: RecordedSpan): void
  /** Hands over the rest, and resolves when the exporter has sent everything or given it up. */
  close(): Promise<void>
}

// A span is encoded when it ends. So nothing of it is kept until a batch is full: objects that live that long cost the garbage
// collector more than all of this. And the bytes of a request are written over by a later one: memory that is new costs as well.
//
// The SDK's batch processor waits for each export before it begins the next, and drops what comes meanwhile: a service that
// handles 20,000 messages a second would lose half of its spans. The exporter itself limits how many exports are under way.
/** @param resource what is said of the process */
export function spanBatches(exporter: Exporter, resource: SpanAttributes): SpanBatches {
  let waiting: ReturnType<typeof exportRequest> | undefined
  let free: Buffer | undefined
  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  const underWay = new Set<Promise<void>>()

  const begin = () => {
    const bytes = free
    free = undefined
    return exportRequest(resource, bytes)
  }
  const exportNow = () => {
    clearTimeout(timer)
    timer = undefined
    if (waiting === undefined) return
    const request = waiting.end()
    waiting = undefined
    const exported = new Promise<void>((resolve) =>
      exporter.export(request, (isSent) => {
        if (isSent) free = Buffer.from(request.body.buffer)
        resolve()
      }),
    )
    underWay.add(exported)
    void exported.then(() => underWay.delete(exported))
  }
  return {
    add(span) {
      if (isClosed) return
      waiting ??= begin()
      waiting.add(span)
      if (waiting.spans >= mostAtOnce) exportNow()
      else timer ??= setTimeout(exportNow, everyMs).unref()
    },
    async close() {
      isClosed = true
      exportNow()
      await Promise.all(underWay)
      await exporter.shutdown()
    },
  }
}
