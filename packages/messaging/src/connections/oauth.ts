import type { Supplied } from './supplied.ts'
import { type TlsSettings, tlsSettings } from './tls.ts'
import type { Variables } from './variables.ts'

/** Where a bearer token comes from. */
export interface OAuthSettings {
  readonly token: GivenToken | TokenEndpoint
  /** What the server wants to know besides the token (RFC 7628, 3.1): Confluent Cloud its `logicalCluster`. */
  readonly extensions: Readonly<Record<string, string>>
}

/** Somebody else gets it and renews it in time: a projected service account token of Kubernetes, for example. */
export interface GivenToken {
  readonly given: Supplied
}

/** It is asked for with the client credentials grant: https://www.rfc-editor.org/rfc/rfc6749#section-4.4 */
export interface TokenEndpoint {
  readonly url: string
  readonly clientId: Supplied
  readonly clientSecret: Supplied
  readonly scope: string | undefined
  readonly tls: TlsSettings
}

/** Reads `<prefix>_TOKEN`, or `_TOKEN_ENDPOINT_URL`, `_CLIENT_ID`, `_CLIENT_SECRET`, `_SCOPE` and `_SSL_CA`; and `_EXTENSIONS`. */
export function oauthSettings(variables: Variables, prefix: string): OAuthSettings {
  return { token: readToken(variables, prefix), extensions: readExtensions(variables, `${prefix}_EXTENSIONS`) }
}

function readToken(variables: Variables, prefix: string): OAuthSettings['token'] {
  const given = variables.supplied(`${prefix}_TOKEN`)
  const url = variables.text(`${prefix}_TOKEN_ENDPOINT_URL`)
  if ((given === undefined) === (url === undefined))
    variables.wrong(`${prefix}_TOKEN_ENDPOINT_URL`, `set either it or ${prefix}_TOKEN_FILE`)
  if (given !== undefined || url === undefined) return { given: given ?? { variable: `${prefix}_TOKEN`, read: () => '' } }
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    variables.wrong(`${prefix}_TOKEN_ENDPOINT_URL`, 'must be an http or https URL')
  return {
    url,
    clientId: variables.needed(`${prefix}_CLIENT_ID`),
    clientSecret: variables.needed(`${prefix}_CLIENT_SECRET`),
    scope: variables.text(`${prefix}_SCOPE`),
    tls: tlsSettings(variables, `${prefix}_SSL`),
  }
}

function readExtensions({ text, wrong }: Variables, name: string): Record<string, string> {
  const pairs = (text(name) ?? '').split(',').filter((pair) => pair.trim() !== '')
  // https://www.rfc-editor.org/rfc/rfc7628#section-3.1: a name has letters only.
  const read = pairs.map((pair) => /^\s*([A-Za-z]+)=([\x20-\x7e\t]+)$/.exec(pair))
  if (read.includes(null)) wrong(name, 'must be key=value, or several with commas between them')
  return Object.fromEntries(read.map((match) => [match?.[1] ?? '', match?.[2] ?? '']))
}
