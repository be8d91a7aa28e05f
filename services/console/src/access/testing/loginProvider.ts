import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'

/** A real OpenID provider on a free port, with the forms that it brings: any name signs in. */
export interface LoginProvider extends AsyncDisposable {
  readonly issuer: string
  /** The roles of each name that signs in, and of the program; none otherwise. */
  readonly roles: Map<string, readonly string[]>
  /** A token of the {@link program}. @param audience whom it is for; undefined: one that is no JWT */
  tokenFor(audience: string | undefined): Promise<string>
  /** From now on it answers nobody. */
  stop(): Promise<void>
}

export interface LoginProviderOptions {
  readonly redirectUri: string
  readonly postLogoutUri: string
  /** Claims are not in the ID token, but where one asks for the user. */
  readonly hasClaimsApart?: boolean
}

export const client = { id: 'petrel-console', secret: 'a secret of the test, longer than thirty-two characters' }

/** Signs in nobody: it has a token of its own. */
export const program = { id: 'night-watch', secret: 'another secret of the test, longer than thirty-two characters' }

const signOutButton = '<button type="submit" form="op.logoutForm" name="logout" value="yes">Yes</button>'

const resource = (audience: string) => `urn:audience:${audience}`

export async function startLoginProvider({
  redirectUri,
  postLogoutUri,
  hasClaimsApart = false,
}: LoginProviderOptions): Promise<LoginProvider> {
  let answer: RequestListener | undefined
  const server = createServer((request, response) => answer?.(request, response))
  const issuer = await listen(server)
  const roles = new Map<string, readonly string[]>()
  const provider = quietly(issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [redirectUri],
        post_logout_redirect_uris: [postLogoutUri],
      },
      {
        client_id: program.id,
        client_secret: program.secret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    claims: { openid: ['sub'], profile: ['roles'], email: ['email'] },
    conformIdTokenClaims: hasClaimsApart,
    pkce: { required: () => true },
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, ClientCredentials: 600, IdToken: 600 },
    cookies: { keys: ['for a test'] },
    features: {
      rpInitiatedLogout: { logoutSource: (ctx, form) => void (ctx.body = `Sign out?${form}${signOutButton}`) },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, uri) => ({ scope: '', audience: uri.replace(resource(''), ''), accessTokenFormat: 'jwt' }),
      },
    },
    extraTokenClaims: (_, { clientId = '' }) => ({ roles: [...(roles.get(clientId) ?? [])] }),
    findAccount: (_, id) => ({
      accountId: id,
      claims: async () => ({ sub: id, email: `${id}@example.org`, roles: [...(roles.get(id) ?? [])] }),
    }),
  })
  const respond = provider.callback()
  answer = (request, response) => void respond(request, response)
  const stop = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  const tokenFor = async (audience: string | undefined) => {
    const response = await fetch(`${issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${program.id}:${encodeURIComponent(program.secret)}`)}` },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        ...(audience !== undefined && { resource: resource(audience) }),
      }),
    })
    const { access_token: token } = (await response.json()) as { access_token?: string }
    if (token === undefined) throw new Error(`The provider gave no token: ${response.status}.`)
    return token
  }
  return { issuer, roles, tokenFor, stop, [Symbol.asyncDispose]: stop }
}

/** It warns of whatever is for development only: everything here is. */
function quietly(...[issuer, configuration]: ConstructorParameters<typeof Provider>): Provider {
  const { warn } = console
  console.warn = () => undefined
  try {
    return new Provider(issuer, configuration)
  } finally {
    console.warn = warn
  }
}

/** @returns where it listens, without a slash at the end */
export async function listen(server: Server): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
