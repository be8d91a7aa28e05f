import type { AuthenticationProviderArgs, Authenticator } from 'kafkajs'

/**
 * SASL OAUTHBEARER (https://www.rfc-editor.org/rfc/rfc7628#section-3). kafkajs's own takes any answer for a yes: a broker
 * refuses a token with a JSON text, waits for one more byte, and only then says that the login has failed.
 */
export function oauthBearer(
  token: string,
  extensions: Readonly<Record<string, string>>,
): (args: AuthenticationProviderArgs) => Authenticator {
  return ({ saslAuthenticate }) => ({
    async authenticate() {
      const refusal = await saslAuthenticate({ request: message(firstMessage(token, extensions)), response: text })
      if (refusal === undefined || refusal === '') return
      await saslAuthenticate({ request: message(separator), response: text })
      throw new Error(`the token was refused: ${refusal.slice(0, 200)}`)
    },
  })
}

const separator = '\u0001'

const firstMessage = (token: string, extensions: Readonly<Record<string, string>>) =>
  ['n,,', `auth=Bearer ${token}`, ...Object.entries(extensions).map(([name, value]) => `${name}=${value}`), '', ''].join(
    separator,
  )

/** As kafkajs wants it: with its length before it, like the answer. */
const message = (body: string) => ({
  encode: () => {
    const bytes = Buffer.from(body)
    const framed = Buffer.alloc(4 + bytes.length)
    framed.writeInt32BE(bytes.length)
    bytes.copy(framed, 4)
    return framed
  },
})

const text = {
  decode: (framed: Buffer) => framed.subarray(4),
  parse: (bytes: Buffer) => bytes.toString(),
}
