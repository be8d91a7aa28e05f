import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { tokenServer, type TokenServer } from '../../../../test/support/tokenServer.ts'
import { NotLetIn } from './notLetIn.ts'
import type { TokenEndpoint } from './oauth.ts'
import { suppliedFile, suppliedText } from './supplied.ts'
import { noTlsSettings } from './tls.ts'
import { tokenSource } from './tokens.ts'

const lifetime = 300
let server: TokenServer
let [now, secret] = [0, 'right']
beforeEach(async () => {
  server = await tokenServer(lifetime)
  server.clients.set('sales', 'right')
  ;[now, secret] = [0, 'right']
})
afterEach(() => server[Symbol.asyncDispose]())

const endpoint = (): TokenEndpoint => ({
  url: server.tokenUrl,
  clientId: suppliedText('CLIENT_ID', 'sales'),
  clientSecret: { variable: 'CLIENT_SECRET', read: () => secret },
  scope: undefined,
  tls: noTlsSettings('TOKEN_SSL'),
})

const opened = () => tokenSource(endpoint(), { now: () => now })

test('a token is kept, and renewed when four fifths of its time are over', async () => {
  const tokens = opened()
  const first = await tokens()
  now = lifetime * 1_000 * 0.79
  expect(await tokens()).toBe(first)
  expect(server.given()).toBe(1)
  now = lifetime * 1_000 * 0.81
  await tokens()
  expect(server.given()).toBe(2)
})

test('those who want one at the same moment get the same', async () => {
  const tokens = opened()
  await Promise.all([tokens(), tokens(), tokens()])
  expect(server.given()).toBe(1)
})

test('while the endpoint gives none, the old one is used as long as it lives', async () => {
  const tokens = opened()
  const first = await tokens()
  server.clients.clear()
  now = lifetime * 1_000 * 0.9
  expect(await tokens()).toBe(first)
  now = lifetime * 1_000
  await expect(tokens()).rejects.toThrow(NotLetIn)
  server.clients.set('sales', 'right')
  await tokens()
  expect(server.given()).toBe(2)
})

test('another secret is shown at once', async () => {
  const tokens = opened()
  await tokens()
  secret = 'wrong'
  await expect(tokens()).rejects.toThrow(/gives no token \(401, invalid_client\)\. Check CLIENT_ID and CLIENT_SECRET\./)
})

test('an endpoint that is away is no refusal', async () => {
  const { tokenUrl } = server
  const away = tokenSource({ ...endpoint(), url: tokenUrl.replace(/:\d+/, ':1') })
  const error: unknown = await away().catch((thrown: unknown) => thrown)
  expect(error).not.toBeInstanceOf(NotLetIn)
  expect(String(error)).toMatch(/does not answer: .*ECONNREFUSED/)
})

test('the token of a file is read each time; one that has ended is not shown', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'petrel-token-'))
  const file = join(folder, 'token')
  const tokens = tokenSource({ given: suppliedFile('TOKEN_FILE', file) })
  const good = server.tokenFor('sales', 60)
  await writeFile(file, `${good}\n`)
  expect(await tokens()).toBe(good)
  await writeFile(file, server.tokenFor('sales', -60))
  await expect(tokens()).rejects.toThrow(/the token of TOKEN_FILE has ended .*Who renews it\?/)
  await rm(folder, { recursive: true })
})
