import { once } from 'node:events'
import { Router } from '@koa/router'
import Koa from 'koa'
import { Problem } from '../problem.ts'
import type { SystemState } from '../processes/systemState.ts'
import type { LessonService } from './lessons.ts'

/** What a person can do to one service of the running system. @returns what to tell the person */
export type ServiceAction = (service: string) => Promise<string>

export interface Controls {
  readonly state: SystemState
  readonly actions: Readonly<Record<'start' | 'stop' | 'break' | 'mend' | 'replay', ServiceAction>>
  /** What the page shows in its "Break it" strip. */
  readonly lessons: () => Promise<readonly LessonService[]>
}

/**
 * How other terminals, and the page, reach the process that runs the local system:
 *
 *     GET  /ready                          200 when everything runs that should, else 503; what it waits for is in the answer
 *     GET  /parts                          each server and service, and since when it is up, starting, restarting or stopped
 *     GET  /lessons                        the services that the page's "Break it" strip can break, and how they are
 *     POST /services/billing/{start|stop|break|mend|replay}
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

export function controlApp({ state, actions, lessons }: Controls): Koa {
  const router = new Router()
  router.get('/ready', (ctx) => {
    const waitsFor = state.parts().filter((part) => part.state !== 'up' && part.state !== 'stopped')
    ctx.status = state.isReady() ? 200 : 503
    ctx.body = { ready: state.isReady(), waitsFor: waitsFor.map(({ name }) => name) }
  })
  router.get('/parts', (ctx) => {
    ctx.body = state.parts()
  })
  router.get('/lessons', async (ctx) => {
    ctx.body = { services: await lessons() }
  })
  for (const [name, action] of Object.entries(actions))
    router.post(`/services/:service/${name}`, async (ctx) => {
      ctx.body = await answerOf(action, ctx.params['service'] ?? '', (status) => (ctx.status = status))
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

async function answerOf(action: ServiceAction, service: string, setStatus: (status: number) => void): Promise<object> {
  try {
    return { message: await action(service) }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    setStatus(409)
    return { message: error.message }
  }
}
