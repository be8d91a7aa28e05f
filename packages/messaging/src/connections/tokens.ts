import { httpClient } from './http.ts'
import { NotLetIn } from './notLetIn.ts'
import type { GivenToken, OAuthSettings, TokenEndpoint } from './oauth.ts'
import { tlsRefusal } from './tlsRefusal.ts'

/** Gives a bearer token that is still valid for a while. @throws NotLetIn when the endpoint refuses us; Error when it is away */
export type TokenSource = () => Promise<string>

export interface TokenSourceOptions {
  readonly now?: () => number
}

/** The token of a file is read each time; that of an endpoint is kept, and renewed before it ends. */
export function tokenSource(token: OAuthSettings['token'], options: TokenSourceOptions = {}): TokenSource {
  return 'given' in token ? () => givenToken(token) : endpointTokens(token, options)
}

async function givenToken({ given }: GivenToken): Promise<string> {
  const token = given.read().trim()
  const ends = endOf(token)
  if (ends !== undefined && ends < Date.now())
    throw new NotLetIn(`the token of ${given.variable} has ended (${new Date(ends).toISOString()}). Who renews it?`)
  return token
}

interface Token {
  readonly value: string
  readonly secret: string
  /** Both in milliseconds since the epoch: from `renewAt` on another one is asked for. */
  readonly renewAt: number
  readonly endsAt: number
}

/** As Kafka's own clients do: `sasl.login.refresh.window.factor`. */
const renewAfter = 0.8

/** Milliseconds. A token that is about to end is not used any more: each login with it would have to be repeated at once. */
const lastMoment = 5_000

/** An endpoint that does not say how long its token lives: as Kafka's clients, it is taken for short. */
const shortestMs = 60_000

function endpointTokens(endpoint: TokenEndpoint, { now = Date.now }: TokenSourceOptions): TokenSource {
  const ask = httpClient(endpoint.tls)
  let token: Token | undefined
  let asking: Promise<Token> | undefined

  const renewed = async (): Promise<Token> => {
    const askedAt = now()
    const { value, livesMs } = await askFor(endpoint, ask)
    const secret = endpoint.clientSecret.read()
    return { value, secret, renewAt: askedAt + livesMs * renewAfter, endsAt: askedAt + livesMs }
  }
  return async () => {
    const former = token?.secret === endpoint.clientSecret.read() ? token : undefined
    if (former !== undefined && now() < former.renewAt) return former.value
    asking ??= renewed().finally(() => (asking = undefined))
    try {
      token = await asking
    } catch (error) {
      if (former === undefined || now() > former.endsAt - lastMoment) throw error
      token = former
    }
    return token.value
  }
}

const timeoutMs = 5_000
const maxBytes = 256 * 1024

async function askFor(endpoint: TokenEndpoint, ask: ReturnType<typeof httpClient>): Promise<{ value: string; livesMs: number }> {
  const { url, clientId, clientSecret, scope, tls } = endpoint
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
    authorization: basic(clientId.read(), clientSecret.read()),
  }
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...(scope !== undefined && { scope }) })
  const place = new URL(url).host
  const answer = await ask({ method: 'POST', url, headers, body: String(body), timeoutMs, maxBytes }).catch((error: unknown) => {
    const why = tlsRefusal(error, tls)
    if (why !== undefined) throw new NotLetIn(`the token endpoint ${place} does not let us in: ${why}`, { cause: error })
    throw new Error(`the token endpoint ${place} does not answer: ${(error as Error).message}`, { cause: error })
  })
  const { access_token: value, expires_in: seconds, error } = fieldsOf(answer.text)
  if (answer.status === 200 && typeof value === 'string') return { value, livesMs: livesMs(seconds, value) }
  const said = `${answer.status}${typeof error === 'string' ? `, ${error.slice(0, 100)}` : ''}`
  if (answer.status >= 400 && answer.status < 500)
    throw new NotLetIn(
      `the token endpoint ${place} gives no token (${said}). Check ${clientId.variable} and ${clientSecret.variable}.`,
    )
  throw new Error(`the token endpoint ${place} answered without a token (${said})`)
}

/** RFC 6749, 2.3.1: both are form-encoded first. */
const basic = (id: string, secret: string) =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`

const livesMs = (seconds: unknown, token: string): number =>
  typeof seconds === 'number' ? seconds * 1000 : Math.max((endOf(token) ?? 0) - Date.now(), shortestMs)

/** When a JSON Web Token ends, in milliseconds since the epoch; undefined when it is none, or does not say. */
function endOf(token: string): number | undefined {
  const { exp } = fieldsOf(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  return typeof exp === 'number' ? exp * 1000 : undefined
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
  } catch {
    return {}
  }
}
