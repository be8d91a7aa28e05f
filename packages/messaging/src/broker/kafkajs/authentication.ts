import { createRequire } from 'node:module'
import type { AuthenticationProviderArgs, Authenticator, Mechanism } from 'kafkajs'
import type { Door } from '../../connections/door.ts'
import type { PasswordMechanism, Sasl } from '../../connections/kafkaSettings.ts'
import { NotLetIn } from '../../connections/notLetIn.ts'
import { tokenSource } from '../../connections/tokens.ts'
import { brokerErrorCode, messageOf } from './errors.ts'
import { oauthBearer } from './oauthBearer.ts'

type Provider = (args: AuthenticationProviderArgs) => Authenticator

/** Of kafkajs. Its own sentences do not say whether a password is wrong or the connection was lost, so we listen to the answers. */
const builtIn: Record<PasswordMechanism, string> = {
  PLAIN: 'kafkajs/src/broker/saslAuthenticator/plain.js',
  'SCRAM-SHA-256': 'kafkajs/src/broker/saslAuthenticator/scram256.js',
  'SCRAM-SHA-512': 'kafkajs/src/broker/saslAuthenticator/scram512.js',
}

/** Logs in with what the files have by then, and tells the door what became of it. */
export function authentication(sasl: Sasl, door: Door): Mechanism {
  const providerOf = sasl.mechanism === 'OAUTHBEARER' ? bearerProvider(sasl) : passwordProvider(sasl)
  return {
    mechanism: sasl.mechanism,
    authenticationProvider: (args) => ({ authenticate: () => authenticate(sasl, door, providerOf, args) }),
  }
}

async function authenticate(
  sasl: Sasl,
  door: Door,
  providerOf: () => Promise<Provider>,
  args: AuthenticationProviderArgs,
): Promise<void> {
  const place = `${args.host}:${args.port}`
  let answered: unknown
  const saslAuthenticate: typeof args.saslAuthenticate = (message) =>
    args.saslAuthenticate(message).catch((error: unknown) => {
      answered = error
      throw error
    })
  try {
    const provider = await providerOf()
    await provider({ ...args, saslAuthenticate }).authenticate()
    door.opened(place)
  } catch (error) {
    throw refusal(sasl, door, place, answered ?? error) ?? answered ?? error
  }
}

/** Undefined when the login was not refused: the connection was lost in the middle of it. */
function refusal(sasl: Sasl, door: Door, place: string, error: unknown): NotLetIn | undefined {
  if (error instanceof NotLetIn) return door.refused(place, error.message)
  if (brokerErrorCode(error) !== undefined || isImpostor(error)) return door.refused(place, wrongCredentials(sasl, error))
  return undefined
}

/** With SCRAM the broker shows that it knows the password, too. */
const isImpostor = (error: unknown) => /Invalid server (signature|nonce)/.test(messageOf(error))

function wrongCredentials(sasl: Sasl, error: unknown): string {
  const said = messageOf(error).replace(/\.?$/, '')
  if (sasl.mechanism === 'OAUTHBEARER')
    return `it does not take the token (${/"status":"(\w+)"/.exec(said)?.[1] ?? said}). Does it expect tokens of this issuer, for this audience?`
  const { mechanism, username, password } = sasl
  return `${said}. Does user ${username.read()} have this password with ${mechanism}? Check ${username.variable} and ${password.variable}.`
}

function passwordProvider({ mechanism, username, password }: Extract<Sasl, { username: unknown }>): () => Promise<Provider> {
  const load = createRequire(import.meta.url)
  const provider = load(builtIn[mechanism]) as (login: { username: string; password: string }) => Provider
  return async () => provider({ username: username.read(), password: password.read() })
}

function bearerProvider({ token, extensions }: Extract<Sasl, { token: unknown }>): () => Promise<Provider> {
  const tokens = tokenSource(token)
  return async () => oauthBearer(await tokens(), extensions)
}
