import type { Context, Middleware } from 'koa'
import { BrokerUnavailable } from '@petrel/messaging'
import type { Log } from '@petrel/messaging'
import { answerFile, type PageFile } from './page.ts'

export interface FieldError {
  /** As in the request, for example `lines[0].quantity`; empty for the request as a whole. */
  readonly field: string
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

/** The request itself is wrong; sending it again will not help. */
export const badRequest = (errors: readonly FieldError[]): Problem =>
  new Problem({
    status: 400,
    title: 'The request is not valid',
    detail: errors.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)).join('; '),
    errors,
  })

export const notFound = (detail: string, retryAfter?: number): Problem =>
  new Problem({ status: 404, title: 'Not found', detail, ...(retryAfter === undefined ? {} : { retryAfter }) })

/** Nothing is wrong with the request; the same one may succeed in a moment. */
export const unavailable = (title: string, detail: string): Problem => new Problem({ status: 503, title, detail, retryAfter: 2 })

/** Answers what was thrown as application/problem+json; to a person who looks for a page that is not there, with a page. */
export function answerProblems(log: Log, notFoundPage?: PageFile): Middleware {
  return async (ctx, next) => {
    try {
      await next()
      if (ctx.status === 404 && ctx.body === undefined) throw notFound(`There is nothing at ${ctx.path}.`)
    } catch (error) {
      const { status, title, detail, errors, retryAfter } = toProblem(error).details
      // A probe asks again and again; its answer is all there is to say.
      if (status >= 500 && ctx.path !== '/ready') log.warn({ err: error, method: ctx.method, path: ctx.path, status }, title)
      ctx.status = status
      if (retryAfter !== undefined) ctx.set('Retry-After', String(retryAfter))
      if (status === 404 && notFoundPage !== undefined && isForPeople(ctx)) return answerFile(ctx, notFoundPage, 404)
      ctx.set('Cache-Control', 'no-store')
      ctx.body = JSON.stringify({ type: 'about:blank', title, status, detail, ...(errors === undefined ? {} : { errors }) })
      ctx.type = 'application/problem+json'
    }
  }
}

/** The API answers a browser's address bar with a problem, too: who looks there wants to see it. */
const isForPeople = (ctx: Context): boolean => !ctx.path.startsWith('/api/') && ctx.accepts('json', 'html') === 'html'

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof BrokerUnavailable)
    return unavailable('The shop cannot take orders at this moment', 'The broker did not confirm. Send the same request again.')
  return new Problem({ status: 500, title: 'The shop has a fault', detail: 'It was logged. Send the same request again.' })
}
