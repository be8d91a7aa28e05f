import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Postpone } from '@petrel/messaging'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { type Authority, type Certificate, certificateAuthority } from '../../../deploy/local/stack/certificates.ts'
import { billedOrder } from '../../../test/support/billedOrders.ts'
import { confirmation } from './letters.ts'
import { mailerAt } from './mailer.ts'
import { smtpSettings } from './smtpSettings.ts'

let authority: Authority
let certificate: Certificate
beforeAll(async () => {
  authority = await certificateAuthority('Petrel test CA')
  certificate = await authority.issue({ name: 'mail', hosts: ['127.0.0.1'] })
})

const servers: SMTPServer[] = []
afterEach(() => Promise.all(servers.splice(0).map((server) => new Promise<void>((resolve) => server.close(resolve)))))

interface Delivered {
  readonly user: unknown
  readonly isSecure: boolean
}

async function mailServer(options: SMTPServerOptions): Promise<{ readonly port: number; readonly delivered: Delivered[] }> {
  const delivered: Delivered[] = []
  const server = new SMTPServer({
    cert: certificate.cert,
    key: certificate.key,
    closeTimeout: 100,
    onAuth: ({ username, password }, _, done) =>
      password === 'pass word' ? done(null, { user: username }) : done(new Error('Invalid username or password')),
    onData: (stream, { user, secure }, done) => {
      stream.resume().on('end', () => {
        delivered.push({ user, isSecure: secure })
        done()
      })
    },
    ...options,
  })
  servers.push(server)
  // A client that does not trust the server hangs up.
  server.on('error', () => {})
  const net = server.listen(0, '127.0.0.1')
  await once(net, 'listening')
  return { port: (net.address() as AddressInfo).port, delivered }
}

const letter = confirmation(billedOrder('42'))

const mailer = (environment: Record<string, string>) => {
  const parsed = smtpSettings.parse({ SMTP_SSL_CA: authority.ca, ...environment })
  return mailerAt(parsed.smtp, 'Petrel Tea <shop@petrel.example>')
}

const login = { SMTP_USERNAME: 'shop', SMTP_PASSWORD: 'pass word' }

test('a letter goes over TLS from the first byte, with a password', async () => {
  const { port, delivered } = await mailServer({ secure: true })
  await mailer({ ...login, SMTP_URL: `smtps://127.0.0.1:${port}` }).send(letter)
  expect(delivered).toEqual([{ user: 'shop', isSecure: true }])
})

test('a letter goes over STARTTLS, with a password that is in the URL', async () => {
  const { port, delivered } = await mailServer({})
  await mailer({ SMTP_URL: `smtp://shop:pass%20word@127.0.0.1:${port}` }).send(letter)
  expect(delivered).toEqual([{ user: 'shop', isSecure: true }])
})

test.for<[string, SMTPServerOptions, (port: number) => Record<string, string>, RegExp]>([
  [
    'a wrong password',
    {},
    (port) => ({ ...login, SMTP_PASSWORD: 'hush', SMTP_URL: `smtp://127.0.0.1:${port}` }),
    /the mail server does not let us in: .*Check SMTP_USERNAME and SMTP_PASSWORD/,
  ],
  [
    'a CA that we do not know',
    { secure: true },
    (port) => ({ ...login, SMTP_SSL_CA: '', SMTP_URL: `smtps://127.0.0.1:${port}` }),
    /the mail server does not let us in: unable to verify .*SMTP_SSL_CA_FILE/,
  ],
  [
    'a server that would hear the password in the clear',
    { hideSTARTTLS: true, disabledCommands: ['STARTTLS'] },
    (port) => ({ ...login, SMTP_URL: `smtp://127.0.0.1:${port}` }),
    /the mail server does not let us in: .*STARTTLS/,
  ],
])('%s is no letter’s fault: all wait, and it is said what to check', async ([, options, environment, says]) => {
  const { port, delivered } = await mailServer(options)
  const error: unknown = await mailer(environment(port))
    .send(letter)
    .catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(Postpone)
  expect(String(error)).toMatch(says)
  expect(String(error)).not.toContain('hush')
  expect(delivered).toEqual([])
})
