import { Histogram } from 'prom-client'
import type { MetricsRegistry } from './registry.ts'

/** The part of Koa's context that is read. `_matchedRoute` is where @koa/router keeps the path of a route as it was written. */
interface HttpContext {
  readonly method: string
  readonly status: number
  readonly _matchedRoute?: unknown
}

/** In seconds. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 2.5, 5, 10]

/** Others are methods that somebody has invented. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/**
 * Measures how long requests take until they are answered: middleware for Koa, to be used before any other. A body that
 * streams afterwards does not count. Names: https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
 */
export function httpDurations(registry: MetricsRegistry) {
  const duration = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Until a request was answered',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code'],
    buckets,
    registers: [registry],
  })
  return async (context: HttpContext, next: () => Promise<unknown>): Promise<void> => {
    const began = performance.now()
    const observe = (status: number) =>
      duration.observe(
        {
          http_request_method: methods.has(context.method) ? context.method : '_OTHER',
          http_route: routeOf(context),
          http_response_status_code: status,
        },
        (performance.now() - began) / 1000,
      )
    try {
      await next()
      observe(context.status)
    } catch (error) {
      observe(statusOf(error))
      throw error
    }
  }
}

/** Never the path itself: it has ids of orders, and whatever strangers try. */
const routeOf = ({ _matchedRoute }: HttpContext) => (typeof _matchedRoute === 'string' ? _matchedRoute : 'none')

/** What Koa answers to an error. */
function statusOf(error: unknown): number {
  const { status } = Object(error) as { readonly status?: unknown }
  return typeof status === 'number' ? status : 500
}
