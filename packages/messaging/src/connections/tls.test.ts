import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:tls'
import { beforeAll, expect, test } from 'vitest'
import { type Authority, type Certificate, certificateAuthority } from '../../../../deploy/local/stack/certificates.ts'
import { suppliedText } from './supplied.ts'
import { noTlsSettings, tlsOptions, type TlsSettings } from './tls.ts'
import { tlsRefusal } from './tlsRefusal.ts'

let authority: Authority
let server: Certificate
beforeAll(async () => {
  authority = await certificateAuthority('Petrel test CA')
  server = await authority.issue({ name: 'kafka', hosts: ['127.0.0.1'] })
})

const trusting = (changes: Partial<TlsSettings> = {}): TlsSettings => ({
  ...noTlsSettings('KAFKA_SSL'),
  ca: suppliedText('KAFKA_SSL_CA', authority.ca),
  ...changes,
})

/** Connects to a server that shows the certificate. @returns why not, or undefined */
async function outcome(shown: Certificate, tls: TlsSettings): Promise<string | undefined> {
  const listening = createServer({ cert: shown.cert, key: shown.key }, (socket) => socket.on('error', () => {}).end()).listen(0)
  listening.on('tlsClientError', () => {})
  await once(listening, 'listening')
  const socket = connect({ host: '127.0.0.1', port: (listening.address() as AddressInfo).port, ...tlsOptions(tls)() })
  try {
    await once(socket, 'secureConnect')
    return undefined
  } catch (error) {
    return tlsRefusal(error, tls) ?? String(error)
  } finally {
    socket.destroy()
    listening.close()
  }
}

test('a server of our CA is trusted', async () => {
  expect(await outcome(server, trusting())).toBeUndefined()
})

test('a certificate that has expired, or is not valid yet, is named as such', async () => {
  const [now, hosts] = [Date.now(), ['127.0.0.1']]
  const expired = await authority.issue({ name: 'kafka', hosts, validFrom: new Date(now - 9e9), validUntil: new Date(now - 1e6) })
  expect(await outcome(expired, trusting())).toMatch(/^the server's certificate has expired\. Renew it there/)
  const early = await authority.issue({ name: 'kafka', hosts, validFrom: new Date(now + 9e8), validUntil: new Date(now + 9e9) })
  expect(await outcome(early, trusting())).toMatch(/is not valid yet\. Check the clock/)
})

test('a server of another CA, or for another name, is not trusted, unless one has chosen so', async () => {
  const other = await (await certificateAuthority('Other CA')).issue({ name: 'kafka', hosts: ['127.0.0.1'] })
  expect(await outcome(other, trusting())).toMatch(/not signed by anybody we trust .* Is its CA in KAFKA_SSL_CA\?/)
  expect(await outcome(other, trusting({ verify: 'none' }))).toBeUndefined()
  expect(await outcome(server, trusting({ serverName: 'kafka.petrel.example' }))).toMatch(/is for somebody else/)
  expect(await outcome(server, trusting({ serverName: 'kafka.petrel.example', verify: 'chain' }))).toBeUndefined()
})

test('a pair that is half written is not used: the former one is', async () => {
  const [one, other] = [await authority.issue({ name: 'sales' }), await authority.issue({ name: 'sales' })]
  let [cert, key] = [one.cert, one.key]
  const options = tlsOptions({
    ...trusting(),
    cert: { variable: 'KAFKA_SSL_CERT_FILE', read: () => cert },
    key: { variable: 'KAFKA_SSL_KEY_FILE', read: () => key },
  })
  const first = options().secureContext
  expect(options().secureContext).toBe(first)
  cert = other.cert
  expect(options().secureContext).toBe(first)
  key = other.key
  expect(options().secureContext).not.toBe(first)
})
