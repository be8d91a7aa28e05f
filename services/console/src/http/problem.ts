import { BrokerUnavailable, type Log } from '@petrel/messaging'
import { isStoreAway, NotDeployed, RegistryUnavailable } from '@petrel/messaging/operations'
import type { Context, Middleware } from 'koa'
import { HttpError } from 'koa'

export interface FieldError {
  /** As in the request, for example `filter.state`; empty for the request as a whole. */
  readonly path: string
  readonly message: string
}

interface ProblemDetails {
  readonly status: number
  readonly title: string
  /** What was tried and what to do. */
  readonly detail: string
  readonly errors?: readonly FieldError[]
  /** Seconds. */
  readonly retryAfter?: number
}

/** An answer that says what is wrong (RFC 9457), thrown wherever it is found out. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly details: ProblemDetails

  constructor(details: ProblemDetails, options?: ErrorOptions) {
    super(details.detail, options)
    this.details = details
  }
}

/** The request itself is wrong; sending it again will not help. @param status 400, or 422 for a body that does not fit its schema */
export const badRequest = (errors: readonly FieldError[], status = 400): Problem =>
  new Problem({
    status,
    title: 'The request is not valid',
    detail: errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; '),
    errors,
  })

export const notFound = (detail: string): Problem => new Problem({ status: 404, title: 'Not found', detail })

const otherMethod = ({ method, path, response }: Context): Problem =>
  new Problem({ status: 405, title: 'Not this method', detail: `${path} takes ${response.get('Allow')}, not ${method}.` })

/** Nothing is wrong with the request; the same one may succeed in a moment. */
const unavailable = (title: string, detail: string): Problem => new Problem({ status: 503, title, detail, retryAfter: 2 })

/** Answers what was thrown as application/problem+json. */
export function answerProblems(log: Log): Middleware {
  return async (ctx, next) => {
    try {
      await next()
      if (ctx.status === 404 && ctx.body === undefined) throw notFound(`There is nothing at ${ctx.path}.`)
      // The router has set Allow. It says 501 for methods that no address has.
      if (ctx.status === 405 || ctx.status === 501) throw otherMethod(ctx)
    } catch (error) {
      const { status, title, detail, errors, retryAfter } = toProblem(error).details
      if (status >= 500) log.warn({ err: error, method: ctx.method, path: ctx.path, status }, title)
      ctx.status = status
      if (retryAfter !== undefined) ctx.set('Retry-After', String(retryAfter))
      ctx.set('Cache-Control', 'no-store')
      ctx.body = JSON.stringify({ type: 'about:blank', title, status, detail, ...(errors === undefined ? {} : { errors }) })
      ctx.type = 'application/problem+json'
    }
  }
}

/** What an error says to whoever has asked. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof BrokerUnavailable)
    return unavailable('Kafka does not answer', 'What was asked for may be done in part. Look at the list, and ask again.')
  if (error instanceof RegistryUnavailable)
    return unavailable('The schema registry does not answer', 'Bodies cannot be read until it does. Ask again.')
  if (isStoreAway(error)) return unavailable('The console’s database does not answer', 'Nothing was changed. Ask again.')
  if (error instanceof NotDeployed)
    return new Problem({ status: 409, title: 'The endpoint is not deployed', detail: error.message })
  if (error instanceof HttpError && error.expose)
    return new Problem({ status: error.status, title: 'The request is not valid', detail: error.message })
  return new Problem({ status: 500, title: 'The console has a fault', detail: 'It was logged. Ask again, or look at its log.' })
}
