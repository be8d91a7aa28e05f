import { BrokerUnavailable, type Log } from '@petrel/messaging'
import { answerFile, answerProblems, type PageFile, Problem, unavailable } from '@petrel/pages'
import type { Context, Middleware } from 'koa'

export interface FieldError {
  /** As in the request, for example `lines[0].quantity`; empty for the request as a whole. */
  readonly field: string
  readonly message: string
}

/** The request itself is wrong; sending it again will not help. */
export const badRequest = (errors: readonly FieldError[]): Problem =>
  new Problem({
    status: 400,
    title: 'The request is not valid',
    detail: errors.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)).join('; '),
    errors,
  })

/** Answers what was thrown as application/problem+json; to a person who looks for a page that is not there, with a page. */
export const shopProblems = (log: Log, notFoundPage?: PageFile): Middleware =>
  answerProblems({
    log,
    explain,
    showNothing: (ctx) => {
      if (notFoundPage === undefined || !isForPeople(ctx)) return false
      answerFile(ctx, notFoundPage, { status: 404 })
      return true
    },
  })

/** The API answers a browser's address bar with a problem, too: who looks there wants to see it. */
const isForPeople = (ctx: Context): boolean => !ctx.path.startsWith('/api/') && ctx.accepts('json', 'html') === 'html'

function explain(error: unknown): Problem {
  if (error instanceof BrokerUnavailable)
    return unavailable('The shop cannot take orders at this moment', 'The broker did not confirm. Send the same request again.')
  return new Problem({ status: 500, title: 'The shop has a fault', detail: 'It was logged. Send the same request again.' })
}
