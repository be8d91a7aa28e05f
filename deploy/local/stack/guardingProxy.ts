import { createHash, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import type { Certificate } from './certificates.ts'

/** Puts TLS and a login before a server that has neither, on this machine. */
export interface GuardingProxy {
  readonly port: number
  /** Shows another certificate from the next connection on. */
  setCertificate(certificate: Certificate): void
  close(): Promise<void>
}

export interface GuardingProxyOptions {
  /** 0: any that is free. */
  readonly port: number
  /** Where the server is, `http://127.0.0.1:8081`. */
  readonly target: string
  readonly certificate: Certificate
  /** Whether somebody with these credentials may come in: what follows `Basic ` or `Bearer `, decoded. */
  readonly letsIn: (scheme: string, credentials: string) => boolean
}

export async function startGuardingProxy({ port, target, certificate, letsIn }: GuardingProxyOptions): Promise<GuardingProxy> {
  const answer = (request: http.IncomingMessage, response: http.ServerResponse) =>
    isLetIn(request.headers.authorization, letsIn) ? void passOn(target, request, response) : refuse(response)
  const server = https.createServer({ cert: certificate.cert, key: certificate.key }, answer).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    setCertificate: ({ cert, key }) => server.setSecureContext({ cert, key }),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function isLetIn(header: string | undefined, letsIn: GuardingProxyOptions['letsIn']): boolean {
  const [scheme = '', credentials = ''] = header?.split(' ') ?? []
  return letsIn(scheme, scheme === 'Basic' ? Buffer.from(credentials, 'base64').toString() : credentials)
}

/** As Confluent's registry says it. */
function refuse(response: http.ServerResponse): void {
  const body = JSON.stringify({ error_code: 401, message: 'Unauthorized' })
  response.writeHead(401, { 'content-type': 'application/json', 'www-authenticate': 'Basic realm="registry"' }).end(body)
}

async function passOn(target: string, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const { authorization: _, host: __, ...headers } = request.headers
  const asked = http.request(new URL(request.url ?? '/', target), { method: request.method ?? 'GET', headers })
  asked.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    pipeline(answer, response).catch(() => response.destroy())
  })
  asked.on('error', () => response.headersSent || response.writeHead(502).end())
  await pipeline(request, asked).catch(() => asked.destroy())
}

/** Compares in the same time, whatever is wrong. */
export function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest())
  return a !== undefined && b !== undefined && timingSafeEqual(a, b)
}
