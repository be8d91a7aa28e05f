import type { Context, Middleware } from 'koa'

export interface ProblemDetails {
  readonly status: number
  readonly title: string
  /** What was tried and what to do. */
  readonly detail: string
  /** What is wrong with each field of the request. */
  readonly errors?: readonly object[]
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

export const notFound = (detail: string, retryAfter?: number): Problem =>
  new Problem({ status: 404, title: 'Not found', detail, ...(retryAfter === undefined ? {} : { retryAfter }) })

const otherMethod = ({ method, path, response }: Context): Problem =>
  new Problem({ status: 405, title: 'Not this method', detail: `${path} takes ${response.get('Allow')}, not ${method}.` })

/** Nothing is wrong with the request; the same one may succeed in a moment. */
export const unavailable = (title: string, detail: string): Problem => new Problem({ status: 503, title, detail, retryAfter: 2 })

interface Answering {
  readonly log: { warn(details: object, message: string): void }
  /** What is to be said of an error that is not yet a problem. */
  readonly explain: (error: unknown) => Problem
  /** Shows a page to a person who looks for one that is not there. @returns false where a program asks */
  readonly showNothing?: (ctx: Context) => boolean
}

/** Answers what was thrown as application/problem+json. */
export function answerProblems({ log, explain, showNothing = () => false }: Answering): Middleware {
  return async (ctx, next) => {
    try {
      await next()
      if (ctx.status === 404 && ctx.body === undefined) throw notFound(`There is nothing at ${ctx.path}.`)
      // The router has set Allow. It says 501 for methods that no address has.
      if (ctx.status === 405 || ctx.status === 501) throw otherMethod(ctx)
    } catch (error) {
      const { details } = error instanceof Problem ? error : explain(error)
      const { status, title } = details
      // A probe asks again and again; its answer is all there is to say.
      if (status >= 500 && ctx.path !== '/ready') log.warn({ err: error, method: ctx.method, path: ctx.path, status }, title)
      if (status !== 404 || !showNothing(ctx)) answer(ctx, details)
    }
  }
}

function answer(ctx: Context, { status, title, detail, errors, retryAfter }: ProblemDetails): void {
  ctx.status = status
  if (retryAfter !== undefined) ctx.set('Retry-After', String(retryAfter))
  ctx.set('Cache-Control', 'no-store')
  ctx.body = JSON.stringify({ type: 'about:blank', title, status, detail, ...(errors === undefined ? {} : { errors }) })
  ctx.type = 'application/problem+json'
}
