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

/** @param url for example `http://localhost:8090` */
export function consoleAt(url: string): ConsoleApi {
  const ask = async <S extends z.ZodType>(schema: S, path: string, init: RequestInit = {}): Promise<z.infer<S>> => {
    const response = await fetch(new URL(path, url), {
      ...init,
      redirect: 'manual',
      signal: AbortSignal.timeout(longestMs),
    }).catch((error: unknown) => {
      throw new Problem(
        `The console at ${url} does not answer: ${reason(error)}. Start it (npm start), forward its port (kubectl port-forward), or leave out --console to ask Kafka itself.`,
        { cause: error },
      )
    })
    if (response.ok) return schema.parse(await response.json())
    throw new Problem(await refusal(url, response))
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

async function refusal(url: string, response: Response): Promise<string> {
  if (response.status === 401 || (response.status >= 300 && response.status < 400))
    return `The console at ${url} wants a login, which only a browser can do. Without --console the command asks Kafka itself.`
  const said = Refusal.safeParse(await response.json().catch(() => undefined))
  return `The console at ${url} refused it: ${said.data?.detail ?? `status ${response.status}`}`
}
