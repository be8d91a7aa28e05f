import { type Supplied, suppliedText } from './supplied.ts'
import { type TlsSettings, tlsSettings } from './tls.ts'
import { withoutLogin } from './urlLogin.ts'
import { fromEnvironment, type Variables } from './variables.ts'

/** Where the schema registry is, and how it knows us. */
export interface RegistryConnection {
  /** Where the API begins; without a user and a password. */
  readonly url: string
  readonly login?: RegistryLogin | undefined
  readonly tls?: TlsSettings | undefined
}

export type RegistryLogin = { readonly username: Supplied; readonly password: Supplied } | { readonly token: Supplied }

/**
 * `SCHEMA_REGISTRY_URL`, which may have a user and a password in it; or these as `SCHEMA_REGISTRY_USERNAME` and `_PASSWORD`, or
 * a `SCHEMA_REGISTRY_BEARER_TOKEN`; and `SCHEMA_REGISTRY_SSL_…`.
 */
export const registrySettings = fromEnvironment((variables) => ({ registry: readRegistry(variables) ?? missing(variables) }))

/** The same for whom the registry is only sometimes needed. */
export const optionalRegistrySettings = fromEnvironment((variables) => ({ registry: readRegistry(variables) }))

function missing({ wrong }: Variables): RegistryConnection {
  wrong('SCHEMA_REGISTRY_URL', 'is needed: where the API of the schema registry begins')
  return { url: '' }
}

function readRegistry(variables: Variables): RegistryConnection | undefined {
  const text = variables.text('SCHEMA_REGISTRY_URL')
  if (text === undefined) return undefined
  const address = URL.parse(text)
  if (address === null || !/^https?:$/.test(address.protocol)) {
    variables.wrong('SCHEMA_REGISTRY_URL', 'must be an http or https URL')
    return { url: '' }
  }
  const { url, login } = registryAt(text)
  const given = readLogin(variables)
  if (login !== undefined && given !== undefined)
    variables.wrong('SCHEMA_REGISTRY_URL', 'has a user and a password in it, and there are variables for them as well')
  return { url, login: given ?? login, tls: tlsSettings(variables, 'SCHEMA_REGISTRY_SSL') }
}

function readLogin(variables: Variables): RegistryLogin | undefined {
  const token = variables.supplied('SCHEMA_REGISTRY_BEARER_TOKEN')
  const username = variables.supplied('SCHEMA_REGISTRY_USERNAME')
  const password = variables.supplied('SCHEMA_REGISTRY_PASSWORD')
  if (token !== undefined && (username !== undefined || password !== undefined))
    variables.wrong('SCHEMA_REGISTRY_BEARER_TOKEN', 'set either it or SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD')
  if (token !== undefined) return { token }
  if (username === undefined && password === undefined) return undefined
  return { username: variables.needed('SCHEMA_REGISTRY_USERNAME'), password: variables.needed('SCHEMA_REGISTRY_PASSWORD') }
}

/** The registry at a URL, which may have a user and a password in it. */
export function registryAt(text: string): Pick<RegistryConnection, 'url' | 'login'> {
  const { url: address, login } = withoutLogin(text)
  const url = address.href.replace(/\/+$/, '')
  if (login === undefined) return { url }
  const variable = 'SCHEMA_REGISTRY_URL'
  return { url, login: { username: suppliedText(variable, login.username), password: suppliedText(variable, login.password) } }
}
