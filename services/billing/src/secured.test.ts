import { once } from 'node:events'
import { createServer, type Server, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { Postpone } from '@petrel/messaging'
import { fromEnvironment, tlsSettings } from '@petrel/messaging/connections'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { type Authority, type Certificate, certificateAuthority } from '../../../deploy/local/stack/certificates.ts'
import { gatewayAt } from './gateway.ts'

let authority: Authority
let certificate: Certificate
let ours: Certificate
let strangers: Authority
beforeAll(async () => {
  ;[authority, strangers] = await Promise.all([certificateAuthority('Bank CA'), certificateAuthority('CA of strangers')])
  certificate = await authority.issue({ name: 'bank', hosts: ['127.0.0.1'] })
  ours = await authority.issue({ name: 'billing' })
})

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

/** Who has been charged by whom: the name in the client's certificate, if it showed one. */
async function bank(options: ServerOptions = {}): Promise<{ readonly url: string; readonly charged: unknown[] }> {
  const charged: unknown[] = []
  const server = createServer({ cert: certificate.cert, key: certificate.key, ...options }, (request, response) => {
    charged.push((request.socket as TLSSocket).getPeerCertificate().subject?.CN)
    response.writeHead(201).end('{"chargeId":"ch_1"}')
  })
  servers.push(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, charged }
}

const settings = fromEnvironment((variables) => ({ tls: tlsSettings(variables, 'PAYMENT_GATEWAY_SSL') }))

function charge(url: string, environment: Readonly<Record<string, string>>): Promise<unknown> {
  const { tls } = settings.parse(environment)
  return gatewayAt(url, 5_000, tls).charge({ orderId: '42', amountCents: 700, currency: 'EUR' })
}

const paid = { outcome: 'charged', chargeId: 'ch_1' }

test('a card is charged over TLS, at a gateway that its own CA vouches for', async () => {
  const { url, charged } = await bank()
  expect(await charge(url, { PAYMENT_GATEWAY_SSL_CA: authority.ca })).toEqual(paid)
  expect(charged).toEqual([undefined])
})

test('a gateway that wants to know who asks sees our certificate', async () => {
  const { url, charged } = await bank({ ca: authority.ca, requestCert: true })
  const environment = {
    PAYMENT_GATEWAY_SSL_CA: authority.ca,
    PAYMENT_GATEWAY_SSL_CERT: ours.cert,
    PAYMENT_GATEWAY_SSL_KEY: ours.key,
  }
  expect(await charge(url, environment)).toEqual(paid)
  expect(charged).toEqual(['billing'])
})

test.for<[string, ServerOptions, () => Record<string, string>, RegExp]>([
  [
    'a gateway that only Node’s CAs could vouch for',
    {},
    () => ({}),
    /not signed by anybody we trust .*PAYMENT_GATEWAY_SSL_CA_FILE/,
  ],
  [
    'a gateway that another CA vouches for',
    {},
    () => ({ PAYMENT_GATEWAY_SSL_CA: strangers.ca }),
    /not signed by anybody we trust .*Is its CA in PAYMENT_GATEWAY_SSL_CA\?/,
  ],
  [
    'a gateway with another name',
    {},
    () => ({ PAYMENT_GATEWAY_SSL_CA: authority.ca, PAYMENT_GATEWAY_SSL_SERVER_NAME: 'other.example' }),
    /is for somebody else/,
  ],
  [
    'a gateway that wants a certificate, and gets none',
    { requestCert: true },
    () => ({ PAYMENT_GATEWAY_SSL_CA: authority.ca }),
    /does not take our certificate .*Set PAYMENT_GATEWAY_SSL_CERT_FILE/,
  ],
])('%s is no order’s fault: all wait, and it is said what to check', async ([, options, environment, says]) => {
  const { url, charged } = await bank({ ca: authority.ca, ...options })
  const error: unknown = await charge(url, environment()).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(Postpone)
  expect(String(error)).toMatch(/the payment gateway does not let us in: /)
  expect(String(error)).toMatch(says)
  expect(charged).toEqual([])
})
