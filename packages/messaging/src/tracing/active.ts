import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks'
import type { Span } from './span.ts'
import type { SpanOptions, Spans } from './spans.ts'
import type { TraceHeaders } from './traceContext.ts'

/** A span that something is inside of, and what begins further ones. */
export interface Active {
  readonly spans: Spans
  readonly span: Span
}

const active = new AsyncLocalStorage<Active>()

/** A span as those see it who work inside it. */
export type TracedSpan = Pick<Span, 'headers' | 'set'>

const noHeaders: TraceHeaders = {}
const noSpan: TracedSpan = { headers: noHeaders, set() {} }

/**
 * Runs an action in a span of its own, inside of the message or request that is being handled: a call of another system, for
 * example. Give that system `span.headers`. Where nothing is traced, the action is only run.
 */
export async function traced<T>(
  name: string,
  options: Pick<SpanOptions, 'kind' | 'attributes'>,
  run: (span: TracedSpan) => Promise<T>,
): Promise<T> {
  const outer = active.getStore()
  if (outer === undefined) return run(noSpan)
  const span = outer.spans.start(name, { ...options, parent: outer.span.context })
  return endingWith(span, () => inSpan(outer.spans, span, () => run(span)))
}

/** What the action begins is inside of the span. */
export const inSpan = <T>(spans: Spans, span: Span, run: () => T): T => active.run({ spans, span }, run)

/** Where no message is being handled: from here one goes into each message, and comes back. */
export class Outside {
  readonly #resource = new AsyncResource('petrel')

  /** {@link inSpan}, in a third of the time: `AsyncLocalStorage.run` makes one context to go in, and another one to come back. */
  while<T>(inside: Active, run: () => T): T {
    return this.#resource.runInAsyncScope(entered, undefined, inside, run) as T
  }
}

function entered<T>(inside: Active, run: () => T): T {
  active.enterWith(inside)
  return run()
}

/** The span ends with the action, and fails with it. */
export async function endingWith<T>(span: Span, run: () => Promise<T>): Promise<T> {
  try {
    const result = await run()
    span.end()
    return result
  } catch (error) {
    span.end(error)
    throw error
  }
}

/** W3C headers of what is being handled; none where nothing is traced. */
export const activeHeaders = (): TraceHeaders => active.getStore()?.span.headers ?? noHeaders

/** The trace of what is being handled. */
export const activeTraceId = (): string | undefined => active.getStore()?.span.context.traceId

/** For a logger (pino's `mixin`): each line says to which trace it belongs. */
export function traceFields(): { traceId?: string } {
  const traceId = activeTraceId()
  return traceId === undefined ? {} : { traceId }
}
