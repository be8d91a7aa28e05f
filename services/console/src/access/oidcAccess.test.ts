import { expect, test } from 'vitest'
import { z } from 'zod'
import { csrfHeader, type Told } from './access.ts'
import { sealWith } from './sealed.ts'
import { fakeBrowser, type FakeBrowser, signInAs } from './testing/fakeBrowser.ts'
import { client } from './testing/loginProvider.ts'
import { secret, type Signing, signing } from './testing/signing.ts'

async function signedIn({ guarded }: Signing, name: string): Promise<{ browser: FakeBrowser; told: Told }> {
  const browser = fakeBrowser()
  await signInAs(browser, name, await browser.follow(`${guarded.url}/failures`))
  const response = await browser.fetch(`${guarded.url}/api/who`)
  expect(response.status).toBe(200)
  return { browser, told: (await response.json()) as Told }
}

const change = (csrf: string, headers: Readonly<Record<string, string>> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', [csrfHeader]: csrf, ...headers },
  body: '{}',
})

test('whoever opens a page signs in at the provider, and comes back to that page with a role', async () => {
  await using all = await signing()
  const { provider, guarded } = all
  const browser = fakeBrowser()
  const login = await browser.follow(`${guarded.url}/failures?state=unresolved`)
  expect(login.url.origin).toBe(provider.issuer)
  const page = await signInAs(browser, 'ada', login)
  expect([page.url.href, page.text]).toEqual([`${guarded.url}/failures?state=unresolved`, 'the page'])
  const told = (await (await browser.fetch(`${guarded.url}/api/who`)).json()) as Told
  expect(told).toEqual({
    kind: 'oidc',
    user: 'ada@example.org',
    role: 'operator',
    csrf: expect.stringMatching(/^.{32}$/),
    signOut: '/auth/sign-out',
  })
})

test('the request to the provider has PKCE, a state and a nonce', async () => {
  await using all = await signing()
  const answer = await fakeBrowser().fetch(`${all.guarded.url}/auth/sign-in`)
  const url = new URL(answer.headers.get('location') ?? '')
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    response_type: 'code',
    client_id: client.id,
    code_challenge_method: 'S256',
    code_challenge: expect.stringMatching(/^.{43}$/),
    state: expect.stringMatching(/^.{43}$/),
    nonce: expect.stringMatching(/^.{43}$/),
  })
})

test('cookies are of this site alone, and no script reads them', async () => {
  await using all = await signing()
  const browser = fakeBrowser()
  const answer = await browser.fetch(`${all.guarded.url}/auth/sign-in`)
  expect(answer.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^petrel-login-\w+=.+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/),
  ])
})

test('behind https a cookie goes through TLS only, and to no other host', async () => {
  await using all = await signing({ settings: { CONSOLE_URL: 'https://console.example.org' } })
  const seal = sealWith([secret])
  const session = { user: 'ada', role: 'operator', csrf: 'c', until: Date.now() + 60_000 }
  const cookie = await seal.close(session, 'session', 60)
  const ask = (name: string) => fetch(`${all.guarded.url}/api/who`, { headers: { cookie: `${name}=${cookie}` } })
  expect((await ask('petrel')).status).toBe(401)
  const answer = await ask('__Host-petrel')
  expect([answer.status, answer.headers.get('strict-transport-security')]).toEqual([200, 'max-age=31536000'])
  const begun = await fetch(`${all.guarded.url}/auth/sign-in`, { redirect: 'manual' })
  expect(begun.headers.get('set-cookie')).toMatch(/; Secure$/)
})

test('claims that the provider tells apart from the token are asked for', async () => {
  await using all = await signing({ hasClaimsApart: true })
  expect((await signedIn(all, 'grace')).told).toMatchObject({ user: 'grace@example.org', role: 'admin' })
})

test('without a session a program is told to sign in, files of the page are open, and nothing is changed', async () => {
  await using all = await signing()
  const { url, changedBy } = all.guarded
  expect((await fetch(`${url}/api/who`)).status).toBe(401)
  expect((await fetch(`${url}/api/change`, change('x'))).status).toBe(401)
  expect((await fetch(`${url}/js/page.js`, { method: 'POST' })).status).toBe(401)
  expect((await fetch(`${url}/js/page.js`)).status).toBe(200)
  expect(changedBy).toEqual([])
})

test('each role may what it is for: an operator changes, and erases nothing', async () => {
  await using all = await signing()
  const { guarded, warnings } = all
  const status = async (name: string, path: string) => {
    const { browser, told } = await signedIn(all, name)
    const answer = await browser.fetch(guarded.url + path, change(told.csrf))
    return answer.status
  }
  expect(await status('bob', '/api/change')).toBe(403)
  expect(await status('ada', '/api/change')).toBe(200)
  expect(await status('ada', '/api/erase')).toBe(403)
  expect(await status('grace', '/api/erase')).toBe(200)
  expect(guarded.changedBy).toEqual(['ada@example.org'])
  expect(warnings).toContainEqual([
    { event: 'denied', user: 'bob@example.org', role: 'reader', needed: 'operator', path: '/api/change' },
    expect.any(String),
  ])
})

test('who has none of the roles is told so, and is not let in', async () => {
  await using all = await signing()
  const browser = fakeBrowser()
  const page = await signInAs(browser, 'mallory', await browser.follow(`${all.guarded.url}/failures`))
  expect(page.response.status).toBe(403)
  expect(page.text).toContain('You are signed in as mallory@example.org, and have no role here')
  expect((await browser.fetch(`${all.guarded.url}/api/who`)).status).toBe(401)
})

test('who does not want to sign in after all is told so, and may begin again', async () => {
  await using all = await signing()
  const browser = fakeBrowser()
  const login = await browser.follow(`${all.guarded.url}/failures`)
  const abort = /href="([^"]+\/abort)"/.exec(login.text)?.[1] ?? ''
  const page = await browser.follow(new URL(abort, login.url))
  expect([page.response.status, page.text]).toEqual([400, expect.stringContaining('access_denied')])
  expect(page.text).toContain('<a href="/auth/sign-in">Sign in again</a>')
})

/** A login up to where the provider sends the browser back, without going there. */
async function callback({ guarded }: Signing, browser: FakeBrowser): Promise<URL> {
  let login = await browser.follow(`${guarded.url}/auth/sign-in`)
  // Signed in at the provider once, one is sent back at once.
  login = await signInAs(browser, 'ada', login)
  let answer = await browser.fetch(`${guarded.url}/auth/sign-in`)
  for (;;) {
    const to = new URL(answer.headers.get('location') ?? '')
    if (to.pathname === '/auth/callback') return to
    answer = await browser.fetch(to)
  }
}

const loginCookie = (browser: FakeBrowser) => {
  const found = [...browser.cookies].find(([name]) => name.includes('petrel-login-'))
  if (found === undefined) throw new Error('no login has begun')
  return found
}

test.for([
  ['with another state', (url: URL) => url.searchParams.set('state', 'other')],
  ['without a state', (url: URL) => url.searchParams.delete('state')],
  ['with another code', (url: URL) => url.searchParams.set('code', 'other')],
  ['of another issuer', (url: URL) => url.searchParams.set('iss', 'http://elsewhere')],
] as const)('an answer of the provider %s lets nobody in', async ([, spoil]) => {
  await using all = await signing()
  const browser = fakeBrowser()
  const url = await callback(all, browser)
  browser.cookies.delete([...browser.cookies.keys()].find((name) => name.endsWith(' petrel')) ?? '')
  spoil(url)
  const answer = await browser.fetch(url)
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('Sign in again')])
  expect((await browser.fetch(`${all.guarded.url}/api/who`)).status).toBe(401)
})

test('an answer of the provider lets nobody in through another browser, nor a second time', async () => {
  await using all = await signing()
  const browser = fakeBrowser()
  const url = await callback(all, browser)
  expect((await fakeBrowser().fetch(url)).status).toBe(400)
  const [name, value] = loginCookie(browser)
  expect((await browser.fetch(url)).status).toBe(302)
  browser.cookies.set(name, value)
  expect((await browser.fetch(url)).status).toBe(400)
})

test.for([
  ['nonce', { nonce: 'another' }],
  ['PKCE verifier', { verifier: 'another-verifier-that-is-as-long-as-they-have-to-be' }],
] as const)('an answer to a login with another %s lets nobody in', async ([, change]) => {
  await using all = await signing()
  const browser = fakeBrowser()
  const url = await callback(all, browser)
  const [name, value] = loginCookie(browser)
  const seal = sealWith([secret])
  const login = await seal.open(value, 'login', z.record(z.string(), z.string()))
  browser.cookies.set(name, await seal.close({ ...login, ...change }, 'login', 600))
  expect((await browser.fetch(url)).status).toBe(400)
})

test('a login that took too long, and a session that is over, are not known any more', async () => {
  await using all = await signing()
  const browser = fakeBrowser()
  const url = await callback(all, browser)
  const seal = sealWith([secret])
  const [name] = loginCookie(browser)
  browser.cookies.set(name, await seal.close({ state: 's', nonce: 'n', verifier: 'v', to: '/' }, 'login', -1))
  expect(await (await browser.fetch(url)).text()).toContain('more than ten minutes ago')
  const session = { user: 'ada', role: 'admin', csrf: 'c', until: 0 }
  const statusWith = async (cookie: string) =>
    (await fetch(`${all.guarded.url}/api/who`, { headers: { cookie: `petrel=${cookie}` } })).status
  expect(await statusWith(await seal.close(session, 'session', 60))).toBe(200)
  expect(await statusWith(await seal.close(session, 'session', -1))).toBe(401)
  expect(await statusWith(await seal.close(session, 'login', 60))).toBe(401)
  expect(await statusWith(await sealWith([`another ${secret}`]).close(session, 'session', 60))).toBe(401)
  expect(await statusWith('nonsense')).toBe(401)
})

test('a stream ends with the session of whoever reads it', async () => {
  await using all = await signing()
  const session = { user: 'ada', role: 'reader', csrf: 'c', until: Date.now() + 50 }
  const cookie = await sealWith([secret]).close(session, 'session', 60)
  const answer = await fetch(`${all.guarded.url}/api/stream`, { headers: { cookie: `petrel=${cookie}` } })
  await expect(answer.text()).rejects.toThrow()
})

test.for([
  ['without the token', { [csrfHeader]: '' }, 403],
  ['with another token', { [csrfHeader]: 'x'.repeat(32) }, 403],
  ['from another site’s page', { origin: 'https://elsewhere.example' }, 403],
  ['from a page that may not say where it is from', { origin: 'null' }, 403],
  ['from another site, as the browser says', { 'sec-fetch-site': 'cross-site' }, 403],
  ['as a form', { 'content-type': 'text/plain' }, 415],
] as const)('a change %s is refused', async ([, headers, status]) => {
  await using all = await signing()
  const { browser, told } = await signedIn(all, 'ada')
  const answer = await browser.fetch(`${all.guarded.url}/api/change`, change(told.csrf, headers))
  expect(answer.status).toBe(status)
  expect(all.guarded.changedBy).toEqual([])
})

test('a change from the page itself is made, and the token of one session is none of another', async () => {
  await using all = await signing()
  const { url, changedBy } = all.guarded
  const [ada, grace] = [await signedIn(all, 'ada'), await signedIn(all, 'grace')]
  const own = { origin: url, 'sec-fetch-site': 'same-origin' }
  expect((await ada.browser.fetch(`${url}/api/change`, change(ada.told.csrf, own))).status).toBe(200)
  expect((await grace.browser.fetch(`${url}/api/change`, change(ada.told.csrf, own))).status).toBe(403)
  expect(changedBy).toEqual(['ada@example.org'])
})

test('signing out ends it here and at the provider, and no other site’s page does it', async () => {
  await using all = await signing()
  const { url } = all.guarded
  const { browser } = await signedIn(all, 'ada')
  await browser.fetch(`${url}/auth/sign-out`, { headers: { 'sec-fetch-site': 'cross-site' } })
  expect((await browser.fetch(`${url}/api/who`)).status).toBe(200)
  const asked = await browser.follow(`${url}/auth/sign-out`)
  expect([asked.url.origin, asked.text]).toEqual([all.provider.issuer, expect.stringContaining('Sign out?')])
  expect((await browser.fetch(`${url}/api/who`)).status).toBe(401)
  const [, xsrf = ''] = /name="xsrf" value="(\w+)"/.exec(asked.text) ?? []
  const action = /action="([^"]+)"/.exec(asked.text)?.[1] ?? ''
  const out = await browser.follow(action, { method: 'POST', body: new URLSearchParams({ xsrf, logout: 'yes' }) })
  expect([out.url.pathname, out.text]).toEqual(['/auth/signed-out', expect.stringContaining('You have signed out')])
})

test.for(['https://elsewhere.example/', '//elsewhere.example', String.raw`/\elsewhere.example`, 'javascript:alert(1)'])(
  'after signing in nobody is sent to %s',
  async (to) => {
    await using all = await signing()
    const browser = fakeBrowser()
    const page = await signInAs(
      browser,
      'ada',
      await browser.follow(`${all.guarded.url}/auth/sign-in?to=${encodeURIComponent(to)}`),
    )
    expect(page.url.href).toBe(`${all.guarded.url}/`)
  },
)

test('while the provider is away nobody signs in, and whoever has goes on', async () => {
  await using all = await signing()
  const { browser } = await signedIn(all, 'ada')
  await all.provider.stop()
  expect((await browser.fetch(`${all.guarded.url}/api/who`)).status).toBe(200)
  const url = new URL(`${all.guarded.url}/auth/callback?code=c&state=s`)
  const other = fakeBrowser()
  await other.fetch(`${all.guarded.url}/auth/sign-in`)
  const begun = await other.fetch(`${all.guarded.url}/auth/sign-in`)
  url.searchParams.set('state', new URL(begun.headers.get('location') ?? '').searchParams.get('state') ?? '')
  url.searchParams.set('iss', all.provider.issuer)
  const answer = await other.fetch(url)
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
})

test('a provider that was not there at the start is asked again', async () => {
  await using all = await signing({ settings: { CONSOLE_OIDC_ISSUER: 'http://127.0.0.1:1' } })
  const browser = fakeBrowser()
  for (let time = 0; time < 2; time += 1) expect((await browser.fetch(`${all.guarded.url}/auth/sign-in`)).status).toBe(503)
})

test('a secret is changed without anybody signing in again', async () => {
  const [old, next] = [secret, `another ${secret}`]
  const cookie = await sealWith([old]).close({ user: 'ada', role: 'reader', csrf: 'c', until: 0 }, 'session', 60)
  await using all = await signing({ settings: { CONSOLE_SESSION_SECRET: `${next}, ${old}` } })
  const answer = await fetch(`${all.guarded.url}/api/who`, { headers: { cookie: `petrel=${cookie}` } })
  expect(answer.status).toBe(200)
})
