import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Told } from './access.ts'
import { client, program } from './testing/loginProvider.ts'
import { type Signing, signing } from './testing/signing.ts'

afterEach(() => void vi.useRealTimers())

const withToken = (token: string, method = 'GET'): RequestInit => ({
  method,
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  ...(method !== 'GET' && { body: '{}' }),
})

const ask = ({ guarded }: Signing, token: string, path = '/api/who', method = 'GET') =>
  fetch(guarded.url + path, withToken(token, method))

async function refusal(all: Signing, token: string): Promise<string> {
  const answer = await ask(all, token, '/api/change', 'POST')
  expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"'])
  expect(all.guarded.changedBy).toEqual([])
  return ((await answer.json()) as { detail: string }).detail
}

test('a program with a token of the provider does what its roles allow, without a word of the page', async () => {
  await using all = await signing()
  const token = await all.provider.tokenFor(client.id)
  const told = (await (await ask(all, token)).json()) as Told
  expect(told).toEqual({ kind: 'oidc', user: program.id, role: 'operator', csrf: '' })
  expect((await ask(all, token, '/api/change', 'POST')).status).toBe(200)
  expect((await ask(all, token, '/api/erase', 'POST')).status).toBe(403)
  expect(all.guarded.changedBy).toEqual([program.id])
  const asForm = { ...withToken(token, 'POST'), headers: { authorization: `Bearer ${token}`, 'content-type': 'text/plain' } }
  expect((await fetch(`${all.guarded.url}/api/change`, asForm)).status).toBe(415)
})

test('a token may be for another audience, when the settings say which', async () => {
  await using all = await signing({ settings: { CONSOLE_OIDC_AUDIENCE: 'petrel-api' } })
  expect((await ask(all, await all.provider.tokenFor('petrel-api'))).status).toBe(200)
  expect(await refusal(all, await all.provider.tokenFor(client.id))).toMatch(/^its claim aud is not what/)
})

test('a token without a role of this console is told so', async () => {
  await using all = await signing()
  all.provider.roles.set(program.id, ['tea-lovers'])
  const answer = await ask(all, await all.provider.tokenFor(client.id))
  expect([answer.status, await answer.json()]).toMatchObject([
    403,
    { detail: expect.stringContaining('The token is of night-watch, and has no role here') },
  ])
})

describe('a token is refused', () => {
  test('when it is over', async () => {
    await using all = await signing()
    const token = await all.provider.tokenFor(client.id)
    expect((await ask(all, token)).status).toBe(200)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 700_000 })
    expect(await refusal(all, token)).toBe('it is over. Get a new one from the login provider.')
  })

  test('when it is no JWT, or one that was changed', async () => {
    await using all = await signing()
    expect(await refusal(all, await all.provider.tokenFor(undefined))).toMatch(/^it is no signed JWT/)
    const [head, body = '', signature] = (await all.provider.tokenFor(client.id)).split('.')
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object
    const admin = Buffer.from(JSON.stringify({ ...claims, roles: ['admin'] })).toString('base64url')
    expect(await refusal(all, [head, admin, signature].join('.'))).toMatch(/^the login provider has not signed it/)
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
    expect(await refusal(all, `${none}.${admin}.`)).toMatch(/^the login provider has not signed it/)
  })

  test('when somebody else has signed it, or it is signed with what others know as well', async () => {
    await using all = await signing()
    const [head = ''] = (await all.provider.tokenFor(client.id)).split('.')
    const { kid, alg } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string; alg: string }
    const claims = () =>
      new SignJWT({ roles: ['admin'] })
        .setIssuer(all.provider.issuer)
        .setAudience(client.id)
        .setSubject('mallory')
        .setIssuedAt()
        .setExpirationTime('10m')
    const { privateKey, publicKey } = await generateKeyPair(alg)
    const forged = await claims()
      .setProtectedHeader({ alg, kid, jwk: await exportJWK(publicKey) })
      .sign(privateKey)
    expect(await refusal(all, forged)).toMatch(/^the login provider has not signed it/)
    const shared = await claims().setProtectedHeader({ alg: 'HS256', kid }).sign(Buffer.from(client.secret))
    expect(await refusal(all, shared)).toMatch(/^the login provider has not signed it/)
  })
})

test('while the provider is away its keys are known on, and where they were never read nobody is let in', async () => {
  await using all = await signing()
  await using other = await signing()
  const [token, unknown] = [await all.provider.tokenFor(client.id), await other.provider.tokenFor(client.id)]
  expect((await ask(all, token)).status).toBe(200)
  await all.provider.stop()
  await other.provider.stop()
  expect((await ask(all, token)).status).toBe(200)
  expect((await ask(other, unknown)).status).toBe(503)
})
