import type { Middleware } from 'koa'

/** What Node and the driver say of a connection that cannot be had or was lost. */
const isLostConnection = /ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|Connection terminated|timeout exceeded when trying to connect/

/** Without its database the gateway knows nothing and moves no money: that is 503, "come again", and no fault of the request. */
export const answerOutage: Middleware = async (context, next) => {
  try {
    await next()
  } catch (error) {
    if (!isOutage(error)) throw error
    context.status = 503
    context.set('Retry-After', '2')
    context.body = { reason: 'The gateway cannot read its books at the moment: its database does not answer. Ask again.' }
  }
}

/** PostgreSQL ends a connection with FATAL: it shuts down, has no room or takes nobody in; a statement's own fault is an ERROR. */
function isOutage(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isOutage)
  if (!(error instanceof Error)) return false
  const { code, severity } = error as Error & { code?: string; severity?: string }
  return severity === 'FATAL' || isLostConnection.test(`${code} ${error.message}`)
}
