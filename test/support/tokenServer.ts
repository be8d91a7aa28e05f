import { createSign, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** An OAuth server for a test: gives tokens for client credentials, and shows the keys that they are signed with. */
export interface TokenServer {
  readonly jwksUrl: string
  readonly tokenUrl: string
  readonly issuer: string
  readonly audience: string
  /** Who may have tokens. */
  readonly clients: Map<string, string>
  /** A token for somebody, that lives so many seconds. Negative: it has ended. */
  tokenFor(subject: string, seconds: number): string
  /** How many it has given to those who asked. */
  given(): number
  [Symbol.asyncDispose](): Promise<void>
}

/** @param lifetime of the tokens it gives, in seconds */
export async function tokenServer(lifetime: number): Promise<TokenServer> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const clients = new Map<string, string>()
  const [issuer, audience] = ['https://login.petrel.example', 'kafka']
  const keys = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'test', alg: 'RS256', use: 'sig' }] }
  let given = 0

  const tokenFor = (sub: string, seconds: number): string => {
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: issuer, aud: audience, sub, iat: now, exp: now + seconds }
    const signed = [{ alg: 'RS256', typ: 'JWT', kid: 'test' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey).toString('base64url')}`
  }
  const server = createServer((request, response) => void respond(request, response)).listen(0, '127.0.0.1')
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (request.url === '/jwks') return answer(200, keys)
    const form = new URLSearchParams(await text(request))
    const [id = '', secret] = Buffer.from(request.headers.authorization?.replace('Basic ', '') ?? '', 'base64')
      .toString()
      .split(':')
      .map(decodeURIComponent)
    if (secret === undefined || clients.get(id) !== secret) return answer(401, { error: 'invalid_client' })
    if (form.get('grant_type') !== 'client_credentials') return answer(400, { error: 'unsupported_grant_type' })
    given += 1
    return answer(200, { access_token: tokenFor(id, lifetime), token_type: 'Bearer', expires_in: lifetime })
  }
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    jwksUrl: `${url}/jwks`,
    tokenUrl: `${url}/token`,
    issuer,
    audience,
    clients,
    tokenFor,
    given: () => given,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
