import { notFound, Problem } from '@petrel/pages'
import type { Context } from 'koa'
import { z } from 'zod'

/** Starting a service may take its time on a busy machine. */
const longestMs = 60_000
const actions = ['start', 'stop', 'break', 'mend', 'replay']

const Lessons = z.object({
  services: z.array(
    z.object({ name: z.string(), isRunning: z.boolean(), isBroken: z.boolean(), failed: z.number().int().nullable() }),
  ),
})
const Answer = z.object({ message: z.string() })

/**
 * The page's way to the process that runs the whole system on one machine (`npm start`), for the "Break it" strip. Anywhere else
 * there is no such address: the strip is not shown, and nothing can be broken.
 */
export function localControl(url: string | undefined) {
  return {
    /** `GET /api/local`: what can be broken here; 204 where nothing can. */
    async lessons(ctx: Context): Promise<void> {
      if (url === undefined) return void (ctx.status = 204)
      const response = await ask(new URL('/lessons', url))
      if (response.status === 404) return void (ctx.status = 204)
      ctx.body = Lessons.parse(await response.json())
    },
    /** `POST /api/local/{service}/{action}` */
    async act(ctx: Context, service: string, action: string): Promise<void> {
      // A form of another page cannot send JSON without asking first (CORS): so nobody else breaks this shop.
      if (url === undefined || !actions.includes(action) || ctx.is('json') !== 'json')
        throw notFound(`There is nothing at ${ctx.path}.`)
      const response = await ask(new URL(`/services/${encodeURIComponent(service)}/${action}`, url), { method: 'POST' })
      const { message } = Answer.parse(await response.json())
      if (!response.ok) throw new Problem({ status: 409, title: `Could not ${action} ${service}`, detail: message })
      ctx.body = { message }
    },
  }
}

async function ask(url: URL, options: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url, { ...options, signal: AbortSignal.timeout(longestMs) })
  } catch (error) {
    const detail = 'The process that runs this system (npm start) does not answer.'
    throw new Problem({ status: 503, title: 'Nothing can be broken at the moment', detail, retryAfter: 2 }, { cause: error })
  }
}
