import { createServer } from 'node:http'
import { bodyParser } from '@koa/bodyparser'
import { Router } from '@koa/router'
import type { Log } from '@petrel/messaging'
import Koa, { type Context, type Middleware } from 'koa'
import { faultSwitch } from '../../../packages/messaging/src/fault.ts'
import { openDoors, type OpenServer } from '../../../services/client-ui/src/http/doors.ts'
import { drain } from '../../../services/client-ui/src/http/drain.ts'
import { type Deadline, deadlineOf, patienceHeader } from './deadline.ts'
import { notDoneHeader, Refused, triedHeader } from './refused.ts'

/** What another service asks for. */
export interface Request<Body> {
  readonly key: string
  readonly body: Body
  readonly deadline: Deadline
}

export interface Reply {
  readonly status: number
  readonly body: object
}

/** Answers one kind of request. @throws Refused, or anything else, which is answered 500 */
export type Responder = (request: Request<never>) => Promise<Reply>

export interface Serving {
  readonly port: number
  readonly faultFile: string
  readonly log: Log
}

/** Beyond this many at once more are turned away at once: they would only make all others late. */
export const mostAtOnce = 256

const longestMs = 10_000

/** A service that answers its neighbours, at these paths. */
export function respond(responders: Readonly<Record<string, Responder>>, serving: Serving): Promise<OpenServer> {
  const router = new Router()
  for (const [path, responder] of Object.entries(responders)) {
    router.post(path, async (ctx) => {
      const deadline = deadlineOf(ctx.get(patienceHeader), longestMs)
      if (deadline.remainingMs() <= 0) throw new Refused('Nobody waits for this any more.', { status: 504, isNotDone: true })
      const { status, body } = await responder({ key: ctx.get('idempotency-key'), body: ctx.request.body as never, deadline })
      ctx.status = status
      ctx.body = body
    })
  }
  return listen(
    [answerRefusals(serving.log), shedLoad(mostAtOnce), failOnPurpose(serving.faultFile), bodyParser(), router.routes()],
    serving,
  )
}

/** Starts to listen, and answers `/ready` before anything else. */
export async function listen(
  middlewares: readonly (Middleware | ReturnType<Router['routes']>)[],
  { port, log }: Serving,
): Promise<OpenServer> {
  const app = new Koa()
  app.on('error', (error: Error) => log.info({ reason: error.message }, 'an answer was not read to its end'))
  app.use(async (ctx, next) => {
    if (ctx.path !== '/ready') await next()
    else {
      // Who starts us asks once: a connection kept for that would be waited for at the end.
      ctx.set('Connection', 'close')
      ctx.body = { ready: true }
    }
  })
  for (const middleware of middlewares) app.use(middleware as Middleware)
  const answer = app.callback()
  const server = createServer((request, response) => void answer(request, response))
  // Longer than a neighbour keeps a connection without using it: none is closed while a request is on its way.
  server.keepAliveTimeout = 65_000
  return openDoors(server, { port, host: '127.0.0.1' })
}

/** Lets everybody who waits have an answer, then goes; connections to a mail server would keep the process for seconds. */
export function stopOnSignal(server: OpenServer, close: () => Promise<void>): void {
  const stop = async () => {
    await drain(server, 1_000)
    await close()
    process.exit()
  }
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => void stop())
}

export function shedLoad(most: number): Middleware {
  let underWay = 0
  return async (_, next) => {
    if (underWay >= most) throw new Refused('Too much at once: ask again.', { status: 503, isNotDone: true })
    underWay += 1
    try {
      await next()
    } finally {
      underWay -= 1
    }
  }
}

/** While the file exists, everything fails with its content: a bug that somebody deployed. */
export function failOnPurpose(file: string): Middleware {
  const fault = faultSwitch(file)
  return async (_, next) => {
    const message = fault()
    if (message !== undefined) throw new Error(message)
    await next()
  }
}

function answerRefusals(log: Log): Middleware {
  return async (ctx, next) => {
    try {
      await next()
    } catch (error) {
      log.warn({ reason: (error as Error).message, path: ctx.path }, 'a request was not answered')
      refuse(ctx, error)
    }
  }
}

function refuse(ctx: Context, error: unknown): void {
  const { message, status, isNotDone, isTried } =
    error instanceof Refused ? error : new Refused((error as Error).message, { status: 500 })
  ctx.status = status
  if (isNotDone) ctx.set(notDoneHeader, 'yes')
  if (isTried) ctx.set(triedHeader, 'yes')
  ctx.body = { reason: message }
}
