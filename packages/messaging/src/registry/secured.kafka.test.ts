import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type Authority, certificateAuthority } from '../../../../deploy/local/stack/certificates.ts'
import { type GuardingProxy, isSame, startGuardingProxy } from '../../../../deploy/local/stack/guardingProxy.ts'
import { NotLetIn, notLetIn } from '../connections/notLetIn.ts'
import { registrySettings } from '../connections/registrySettings.ts'
import type { AvroSchema } from '../definition/message.ts'
import { readEnvironment } from '../settings.ts'
import { confluentRegistry } from './confluent.ts'
import { type Registry, RegistryUnavailable } from './port.ts'

let folder: string
let authority: Authority
let proxy: GuardingProxy
let subject: string
let admitted = ['Basic sales:pass:word ü', 'Bearer a-token']
const said: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'petrel-registry-'))
  subject = `secured-${randomUUID()}-value`
  authority = await certificateAuthority('Petrel test CA')
  proxy = await startGuardingProxy({
    port: 0,
    target: inject('stack').registryUrl,
    certificate: await authority.issue({ name: 'registry', hosts: ['127.0.0.1', 'localhost'] }),
    letsIn: (scheme, credentials) => admitted.some((one) => isSame(one, `${scheme} ${credentials}`)),
  })
  await writeFile(join(folder, 'ca.pem'), authority.ca)
})
afterAll(async () => {
  await proxy.close()
  await confluentRegistry({ url: inject('stack').registryUrl }).remove(subject)
  await rm(folder, { recursive: true })
})

const path = () => new URL(inject('stack').registryUrl).pathname
const schema: AvroSchema = { type: 'record', name: 'Secured', fields: [] }

function open(environment: Record<string, string>, host = '127.0.0.1'): Registry {
  said.length = 0
  const SCHEMA_REGISTRY_URL = `https://${host}:${proxy.port}${path()}`
  const settings = { SCHEMA_REGISTRY_URL, SCHEMA_REGISTRY_SSL_CA_FILE: join(folder, 'ca.pem'), ...environment }
  const { registry } = readEnvironment(registrySettings, settings)
  const log = { info: (_: object, text: string) => said.push(text), error: (_: object, text: string) => said.push(text) }
  return confluentRegistry({ ...registry, log })
}

const login = { SCHEMA_REGISTRY_USERNAME: 'sales', SCHEMA_REGISTRY_PASSWORD: 'pass:word ü' }

test.for<[string, () => Registry]>([
  ['a user and a password', () => open(login)],
  ['the name of the host', () => open(login, 'localhost')],
  ['a token', () => open({ SCHEMA_REGISTRY_BEARER_TOKEN: 'a-token' })],
  [
    'a user and a password in the URL',
    () => {
      const url = new URL(`https://127.0.0.1:${proxy.port}${path()}`)
      Object.assign(url, { username: 'sales', password: 'pass:word ü' })
      return open({ SCHEMA_REGISTRY_URL: url.href })
    },
  ],
])('over TLS with a CA of our own, and %s', async ([, opened]) => {
  const registry = opened()
  const id = await registry.register(subject, schema)
  expect(await registry.idOf(subject, schema)).toBe(id)
  expect(await registry.schemaOf(id)).toEqual(schema)
  expect(said).toEqual([])
})

interface Refused {
  readonly title: string
  readonly open: () => Registry
  readonly says: RegExp
}

test.for<Refused>([
  {
    title: 'a wrong password',
    open: () => open({ ...login, SCHEMA_REGISTRY_PASSWORD: 'hush' }),
    says: /user sales has another password there, or does not exist \(401\)\. Check SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD\./,
  },
  {
    title: 'a wrong password in the URL',
    open: () => open({ SCHEMA_REGISTRY_URL: `https://sales:hush@127.0.0.1:${proxy.port}${path()}` }),
    says: /user sales has another password there.* Check SCHEMA_REGISTRY_URL/,
  },
  {
    title: 'a wrong token',
    open: () => open({ SCHEMA_REGISTRY_BEARER_TOKEN: 'hush' }),
    says: /does not take the token \(401\)\. Check SCHEMA_REGISTRY_BEARER_TOKEN/,
  },
  { title: 'no login', open: () => open({}), says: /wants to know who asks \(401\)\. Set SCHEMA_REGISTRY_USERNAME/ },
  {
    title: 'a CA that we do not know',
    open: () => open({ ...login, SCHEMA_REGISTRY_SSL_CA_FILE: '' }),
    says: /not signed by anybody we trust .* Is its CA in SCHEMA_REGISTRY_SSL_CA_FILE\?/,
  },
  {
    title: 'a certificate for another name',
    open: () => open({ ...login, SCHEMA_REGISTRY_SSL_SERVER_NAME: 'registry.petrel.example' }),
    says: /for somebody else\..*SCHEMA_REGISTRY_SSL_SERVER_NAME/,
  },
])('$title is told apart from a registry that is away: once, with what to check', async ({ open: opened, says }) => {
  const registry = opened()
  for (const attempt of [() => registry.schemaOf(1), () => registry.idOf(subject, schema)]) {
    const error: unknown = await attempt().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(RegistryUnavailable)
    expect(notLetIn(error)).toBeInstanceOf(NotLetIn)
    expect(String(error)).toMatch(says)
    expect(String(error)).not.toContain('hush')
  }
  expect(said).toEqual([expect.stringMatching(says)])
})

test('a certificate that has expired is told as such, and a renewed one needs no restart', async () => {
  const hosts = ['127.0.0.1']
  const now = Date.now()
  const expired = { name: 'registry', hosts, validFrom: new Date(now - 9e8), validUntil: new Date(now - 1e6) }
  proxy.setCertificate(await authority.issue(expired))
  const registry = open(login)
  await expect(registry.schemaOf(1)).rejects.toThrow(/the server's certificate has expired\. Renew it there/)
  expect(said).toHaveLength(1)
  proxy.setCertificate(await authority.issue({ name: 'registry', hosts }))
  expect(await open(login).idOf(subject, schema)).toEqual(expect.any(Number))
})

test('a password that changes there and in the file needs no restart', async () => {
  const file = join(folder, 'password')
  await writeFile(file, 'pass:word ü')
  const registry = open({ SCHEMA_REGISTRY_USERNAME: 'sales', SCHEMA_REGISTRY_PASSWORD_FILE: file })
  const id = await registry.idOf(subject, schema)
  const before = admitted
  admitted = ['Basic sales:another']
  await expect(registry.idOf(subject, schema)).rejects.toThrow(RegistryUnavailable)
  await writeFile(file, 'another')
  expect(await registry.idOf(subject, schema)).toBe(id)
  expect(said.at(-1)).toBe('The schema registry lets us in again')
  admitted = before
})
