import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { Router } from '@koa/router'
import Koa from 'koa'
import { Problem } from '../problem.ts'
import type { SystemState } from '../processes/systemState.ts'
import type { LessonService } from './lessons.ts'

/** What a person can do to one service of the running system. @param said what the request's body says @returns what to tell the person */
export type ServiceAction = (service: string, said?: string) => Promise<string>

/** How one service is, and what can be done to it. */
export interface ServiceNow {
  readonly name: string
  readonly isRunning: boolean
  /** What its handlers throw on purpose; null when they do not. */
  readonly fault: string | null
  /** Whether it has handlers at all. */
  readonly canBreak: boolean
}

export interface Controls {
  readonly state: SystemState
  readonly actions: Readonly<Record<'start' | 'stop' | 'break' | 'mend' | 'replay', ServiceAction>>
  readonly services: () => readonly ServiceNow[]
  /** What the page shows in its "Break it" strip. */
  readonly lessons: () => Promise<readonly LessonService[]>
}

/**
 * How other terminals, and the page, reach the process that runs the local system:
 *
 *     GET  /ready                          200 when everything runs that should, else 503; what it waits for is in the answer
 *     GET  /parts                          each server and service, and since when it is up, starting, restarting or stopped
 *     GET  /services                       the services, what they fail with on purpose, and whether that is possible
 *     GET  /lessons                        the services that the page's "Break it" strip can break, and how they are
 *     POST /services/billing/{start|stop|break|mend|replay}   break: the body, if any, is what its handlers throw
 */
export async function startControlServer(url: string, controls: Controls): Promise<{ stop(): Promise<void> }> {
  const { hostname, port } = new URL(url)
  const server = controlApp(controls).listen(Number(port), hostname)
  await once(server, 'listening')
  return {
    async stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}

export function controlApp({ state, actions, services, lessons }: Controls): Koa {
  const router = new Router()
  router.get('/ready', (ctx) => {
    const waitsFor = state.parts().filter((part) => part.state !== 'up' && part.state !== 'stopped')
    ctx.status = state.isReady() ? 200 : 503
    ctx.body = { ready: state.isReady(), waitsFor: waitsFor.map(({ name }) => name) }
  })
  router.get('/parts', (ctx) => {
    ctx.body = state.parts()
  })
  router.get('/services', (ctx) => {
    ctx.body = { services: services() }
  })
  router.get('/lessons', async (ctx) => {
    ctx.body = { services: await lessons() }
  })
  for (const [name, action] of Object.entries(actions))
    router.post(`/services/:service/${name}`, async (ctx) => {
      const said = await textOf(ctx.req)
      const act = () => action(ctx.params['service'] ?? '', said)
      ctx.body = await answerOf(act, (status) => (ctx.status = status))
    })
  const app = new Koa()
  app.use(refuseForeignPages)
  app.use(router.routes())
  app.use(router.allowedMethods())
  return app
}

/** A page of another origin must not stop services here. Browsers name the origin in each such request. */
const refuseForeignPages: Koa.Middleware = async (ctx, next) => {
  if (ctx.get('origin') === '') await next()
  else ctx.status = 403
}

const longestSaid = 2_000

/** @returns undefined for an empty body */
async function textOf(request: Readable): Promise<string | undefined> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text = `${text}${String(chunk)}`.slice(0, longestSaid)
  return text.trim() || undefined
}

async function answerOf(act: () => Promise<string>, setStatus: (status: number) => void): Promise<object> {
  try {
    return { message: await act() }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    setStatus(409)
    return { message: error.message }
  }
}
