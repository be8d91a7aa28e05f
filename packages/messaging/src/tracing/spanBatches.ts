import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace'

const mostAtOnce = 512
const everyMs = 1_000

/** Spans that have ended, until they are handed to the exporter: many together, and none later than after a second. */
export interface SpanBatches {
  add(span: ReadableSpan): void
  /** Hands over the rest, and resolves when the exporter has sent everything or given it up. */
  close(): Promise<void>
}

// The SDK's batch processor waits for each export before it begins the next, and drops what comes meanwhile: a service that
// handles 20,000 messages a second would lose half of its spans. The exporter itself limits how many exports are under way.
export function spanBatches(exporter: Pick<SpanExporter, 'export' | 'shutdown'>): SpanBatches {
  let waiting: ReadableSpan[] = []
  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  const underWay = new Set<Promise<void>>()

  const exportNow = () => {
    clearTimeout(timer)
    timer = undefined
    if (waiting.length === 0) return
    const spans = waiting
    waiting = []
    const exported = new Promise<void>((resolve) => exporter.export(spans, () => resolve()))
    underWay.add(exported)
    void exported.then(() => underWay.delete(exported))
  }
  return {
    add(span) {
      if (isClosed) return
      waiting.push(span)
      if (waiting.length >= mostAtOnce) exportNow()
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
