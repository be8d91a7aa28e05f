import { endingWith, inSpan } from './active.ts'
import type { Span } from './span.ts'
import type { Spans } from './spans.ts'
import { traceContextOf } from './traceContext.ts'

/** What it needs of a koa context. */
interface RequestContext {
  readonly method: string
  readonly status: number
  /** As the router knows the path: `/api/orders/:id`. */
  readonly _matchedRoute?: string | RegExp
  get(header: string): string
}

export interface RequestOptions {
  /**
   * Whether callers may decide what is recorded. Browsers may not: their trace goes on, but the sampler decides, or anybody could
   * make us record everything.
   */
  readonly trusted: boolean
}

/** Koa middleware for routes: the request continues the caller's trace. Where tracing is off it does nothing. */
export function tracedRequests(spans: Spans | undefined, { trusted }: RequestOptions) {
  return async (ctx: RequestContext, next: () => Promise<unknown>): Promise<void> => {
    if (spans === undefined) return void (await next())
    const { _matchedRoute: route = '' } = ctx
    const parent = traceContextOf({ traceparent: ctx.get('traceparent'), tracestate: ctx.get('tracestate') || undefined })
    const span = spans.start(`${ctx.method} ${String(route)}`, {
      kind: 'server',
      parent,
      decides: trusted ? 'parent' : 'sampler',
      attributes: { 'http.request.method': ctx.method, 'http.route': String(route) },
    })
    await endingWith(span, () => inSpan(spans, span, () => answer(ctx, next, span)))
  }
}

async function answer(ctx: RequestContext, next: () => Promise<unknown>, span: Span): Promise<void> {
  await next()
  span.set('http.response.status_code', ctx.status)
}
