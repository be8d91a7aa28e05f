import { BrokerUnavailable, type Log } from '@petrel/messaging'
import { isStoreAway, NotDeployed, RegistryUnavailable } from '@petrel/messaging/operations'
import { answerProblems, Problem, unavailable } from '@petrel/pages'
import type { Middleware } from 'koa'
import { HttpError } from 'koa'

export interface FieldError {
  /** As in the request, for example `filter.state`; empty for the request as a whole. */
  readonly path: string
  readonly message: string
}

/** The request itself is wrong; sending it again will not help. @param status 400, or 422 for a body that does not fit its schema */
export const badRequest = (errors: readonly FieldError[], status = 400): Problem =>
  new Problem({
    status,
    title: 'The request is not valid',
    detail: errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; '),
    errors,
  })

/** Answers what was thrown as application/problem+json. */
export const consoleProblems = (log: Log): Middleware => answerProblems({ log, explain })

/** What an error of what the console works with says to whoever has asked. */
export function explain(error: unknown): Problem {
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
