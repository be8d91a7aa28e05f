import { z } from 'zod'
import { Problem } from '../problem.ts'

/** The API of a console; services/console/openapi.yaml describes it. */
export interface ConsoleApi {
  /** @throws Problem when it is away, wants a login, or refuses */
  get<S extends z.ZodType>(schema: S, path: string, query?: Readonly<Record<string, string | undefined>>): Promise<z.infer<S>>
  /** @throws Problem when it is away, wants a login, or refuses */
  post<S extends z.ZodType>(schema: S, path: string, body: object): Promise<z.infer<S>>
}

const longestMs = 30_000

const Refusal = z.object({ detail: z.string() })
const Summary = z.object({ access: z.object({ csrf: z.string() }) })

interface Asking {
  readonly method?: 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/**
 * @param url for example `http://localhost:8090` @param token of the login provider, where the console wants one
 * @throws Problem when the token would go over the network for everybody to read
 */
export function consoleAt(url: string, token?: string): ConsoleApi {
  if (token !== undefined && !isSafe(new URL(url)))
    throw new Problem(
      `The token would go to ${url} unencrypted. Use https, or forward the console's port (kubectl port-forward).`,
    )
  const known: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const ask = async <S extends z.ZodType>(schema: S, path: string, init: Asking = {}): Promise<z.infer<S>> => {
    const response = await fetch(new URL(path, url), {
      ...init,
      headers: { ...init.headers, ...known },
      redirect: 'manual',
      signal: AbortSignal.timeout(longestMs),
    }).catch((error: unknown) => {
      throw new Problem(
        `The console at ${url} does not answer: ${reason(error)}. Start it (npm start), forward its port (kubectl port-forward), or leave out --console to ask Kafka itself.`,
        { cause: error },
      )
    })
    if (response.ok) return schema.parse(await response.json())
    throw new Problem(await refusal(url, response, token !== undefined))
  }
  return {
    get: (schema, path, query = {}) => ask(schema, `${path}?${new URLSearchParams(given(query))}`),
    async post(schema, path, body) {
      const { access } = await ask(Summary, '/api/summary')
      const headers = { 'content-type': 'application/json', 'x-petrel-csrf': access.csrf }
      return ask(schema, path, { method: 'POST', headers, body: JSON.stringify(body) })
    },
  }
}

const given = (query: Readonly<Record<string, string | undefined>>): [string, string][] =>
  Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))

// A connection that was refused has its reason in the cause.
const reason = (error: unknown): string => {
  const { message, cause } = error as Error
  return cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : message
}

const isSafe = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || ['localhost', '[::1]'].includes(hostname) || /^127(?:\.\d+){3}$/.test(hostname)

async function refusal(url: string, response: Response, hasToken: boolean): Promise<string> {
  const wantsLogin = response.status === 401 || (response.status >= 300 && response.status < 400)
  if (wantsLogin && !hasToken)
    return `The console at ${url} wants a login. Set PETREL_CONSOLE_TOKEN to a token of its login provider, or leave out --console to ask Kafka itself.`
  const said = Refusal.safeParse(await response.json().catch(() => undefined))
  const detail = said.data?.detail ?? `status ${response.status}`
  return wantsLogin ? `The console at ${url} refused the token: ${detail}` : `The console at ${url} refused it: ${detail}`
}
