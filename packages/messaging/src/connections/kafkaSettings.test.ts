import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { certificateAuthority } from '../../../../deploy/local/stack/certificates.ts'
import { readEnvironment } from '../settings.ts'
import { kafkaSettings } from './kafkaSettings.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'petrel-settings-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function file(name: string, content: string): Promise<string> {
  await writeFile(join(folder, name), content)
  return join(folder, name)
}

const read = (environment: Record<string, string>) =>
  readEnvironment(kafkaSettings, { KAFKA_BROKERS: 'kafka:9092', ...environment }).kafka

const withPassword = {
  KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT',
  KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
  KAFKA_SASL_USERNAME: 'sales',
}

function password(environment: Record<string, string>): string | undefined {
  const { sasl } = read({ ...withPassword, ...environment })
  return sasl !== undefined && 'password' in sasl ? sasl.password.read() : undefined
}

test('a password comes from the environment or from a file, without the line break that editors add', async () => {
  const path = await file('password', 'from a file\n')
  expect(password({ KAFKA_SASL_PASSWORD: 'from the environment' })).toBe('from the environment')
  expect(password({ KAFKA_SASL_PASSWORD_FILE: path })).toBe('from a file')
})

test('a file is read again for each connection', async () => {
  const path = await file('rotated', 'first')
  const { sasl } = read({ ...withPassword, KAFKA_SASL_PASSWORD_FILE: path })
  await file('rotated', 'second')
  expect(sasl).toMatchObject({ password: { variable: 'KAFKA_SASL_PASSWORD_FILE' } })
  expect(sasl !== undefined && 'password' in sasl && sasl.password.read()).toBe('second')
})

test('a mounted secret is read again when Kubernetes exchanges the folder behind its link', async () => {
  // https://kubernetes.io/docs/concepts/storage/volumes/#secret: password is a link to ..data/password, and ..data one to a folder
  const mounted = join(folder, 'mounted')
  for (const [version, content] of [
    ['..1', 'first'],
    ['..2', 'second'],
  ] as const) {
    await mkdir(join(mounted, version), { recursive: true })
    await writeFile(join(mounted, version, 'password'), content)
  }
  await symlink('..1', join(mounted, '..data'))
  await symlink('..data/password', join(mounted, 'password'))
  const { sasl } = read({ ...withPassword, KAFKA_SASL_PASSWORD_FILE: join(mounted, 'password') })
  const passwordNow = () => sasl !== undefined && 'password' in sasl && sasl.password.read()
  expect(passwordNow()).toBe('first')
  await symlink('..2', join(mounted, '..data_tmp'))
  await rename(join(mounted, '..data_tmp'), join(mounted, '..data'))
  await rm(join(mounted, '..1'), { recursive: true })
  expect(passwordNow()).toBe('second')
})

test('settings that are printed show no secret', () => {
  const settings = read({ ...withPassword, KAFKA_SASL_PASSWORD: 'hush' })
  expect(JSON.stringify(settings)).not.toContain('hush')
  expect(inspect(settings, { depth: 10, showHidden: true })).not.toContain('hush')
})

test.for<[string, Record<string, string>, RegExp]>([
  ['no broker', { KAFKA_BROKERS: '' }, /KAFKA_BROKERS: one host:port/],
  ['a broker without a port', { KAFKA_BROKERS: 'kafka' }, /KAFKA_BROKERS: one host:port/],
  ['an unknown protocol', { KAFKA_SECURITY_PROTOCOL: 'TLS' }, /KAFKA_SECURITY_PROTOCOL: must be one of PLAINTEXT, SSL/],
  ['a login without a protocol for it', { KAFKA_SASL_PASSWORD: 'x' }, /KAFKA_SASL_PASSWORD: has a meaning only with .*SASL_SSL/],
  ['a CA without TLS', { KAFKA_SSL_CA: 'x' }, /KAFKA_SSL_CA: has a meaning only with .*SSL/],
  ['no mechanism', { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL' }, /KAFKA_SASL_MECHANISM: is needed: one of PLAIN, SCRAM-SHA-256/],
  ['no password', withPassword, /KAFKA_SASL_PASSWORD: is needed, or KAFKA_SASL_PASSWORD_FILE/],
  ['a password twice', { ...withPassword, KAFKA_SASL_PASSWORD: 'x', KAFKA_SASL_PASSWORD_FILE: '/y' }, /set either it or/],
  ['a file that is not there', { ...withPassword, KAFKA_SASL_PASSWORD_FILE: '/none' }, /PASSWORD_FILE: \/none .* \(ENOENT\)/],
  [
    'a CA that is none',
    { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CA: 'x' },
    /KAFKA_SSL_CA: cannot be used: there is no certificate/,
  ],
  [
    'a certificate without its key',
    { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CERT: 'x' },
    /KAFKA_SSL_KEY: is needed with KAFKA_SSL_CERT/,
  ],
  [
    'no token',
    { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', KAFKA_SASL_MECHANISM: 'OAUTHBEARER' },
    /TOKEN_ENDPOINT_URL: set either it or KAFKA_SASL_OAUTHBEARER_TOKEN_FILE/,
  ],
  [
    'a token endpoint without a secret',
    {
      KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
      KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
      KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: 'https://login/token',
      KAFKA_SASL_OAUTHBEARER_CLIENT_ID: 'sales',
    },
    /KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: is needed/,
  ],
])('%s is refused at the start, by the name of the variable', ([, environment, message]) => {
  expect(() => read(environment)).toThrow(message)
})

test('a key that is not that of the certificate is refused at the start', async () => {
  const { ca, issue } = await certificateAuthority('Test CA')
  const [one, other] = [await issue({ name: 'sales' }), await issue({ name: 'sales' })]
  const tls = { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CA: ca, KAFKA_SSL_CERT: one.cert }
  expect(read({ ...tls, KAFKA_SSL_KEY: one.key }).tls).toMatchObject({ verify: 'full' })
  expect(() => read({ ...tls, KAFKA_SSL_KEY: other.key })).toThrow(/KAFKA_SSL_KEY: cannot be used: .*mismatch/)
})

test("a process's own environment, which is no plain object, can be read", () => {
  expect(() => readEnvironment(kafkaSettings, process.env)).toThrow('KAFKA_BROKERS: ')
})

test('everything that is wrong is in one error', () => {
  const wrong = { KAFKA_BROKERS: 'kafka', KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', KAFKA_SSL_CA_FILE: '/none' }
  for (const name of ['KAFKA_BROKERS', 'KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD', 'KAFKA_SSL_CA_FILE'])
    expect(() => read(wrong)).toThrow(`${name}: `)
})
