import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FakeConsole, startFakeConsole } from '../testing/fakeConsole.ts'

let fake: FakeConsole
beforeAll(async () => void (fake = await startFakeConsole()))
afterAll(() => fake.close())

const get = (path: string, headers: Readonly<Record<string, string>> = {}) => fetch(fake.url + path, { headers })

/** The addresses of files in a text of the page, as a browser resolves them. */
const addressesIn = (text: string, base: string): string[] =>
  [...text.matchAll(/(?:from\s*|import\(|href=|src=)["'](\.{0,2}\/[^"']+)["']/g)]
    .map(([, address = '']) => new URL(address, fake.url + base).pathname)
    .filter((path) => path.startsWith('/v/'))

/** Every file that the document leads to. */
async function reachable(): Promise<Map<string, Response>> {
  const found = new Map<string, Response>()
  const look = async (path: string) => {
    const response = await get(path)
    found.set(path, response)
    for (const next of addressesIn(await response.clone().text(), path)) if (!found.has(next)) await look(next)
  }
  await look('/')
  return found
}

test('every file that the page asks for is there, packages included, and a browser may keep it for ever', async () => {
  const files = await reachable()
  const paths = [...files.keys()].map((path) => path.replace(/^\/v\/[^/]+/, ''))
  expect(paths).toEqual(
    expect.arrayContaining(['/css/tokens.css', '/js/main.js', '/js/pages/map.js', '/vendor/preact.js', '/vendor/htm.js']),
  )
  for (const [path, { status, headers }] of files) {
    expect(status, path).toBe(200)
    expect(headers.get('cache-control'), path).toBe(path === '/' ? 'no-cache' : 'public, max-age=31536000, immutable')
  }
})

test('the document is every page, and is asked for each time, mostly in vain', async () => {
  for (const path of ['/', '/failures/some-id/edit', '/endpoints/a.b', '/map']) {
    const response = await get(path)
    expect(response.headers.get('content-type'), path).toBe('text/html; charset=utf-8')
    // Node's fetch would ask for the whole of it again.
    const again = await get(path, { 'if-none-match': response.headers.get('etag') ?? '', 'cache-control': 'max-age=0' })
    expect(again.status, path).toBe(304)
  }
})

test('nothing is written into the page, and nothing comes from elsewhere', async () => {
  const response = await get('/')
  const policy = response.headers.get('content-security-policy') ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).not.toMatch(/unsafe|https?:|\*/)
  const html = await response.text()
  expect(html).not.toMatch(/<style|style=|<script(?![^>]*src=)|\son[a-z]+=/)
  expect(html).not.toMatch(/(?:src|href)="(?!\/v\/)/)
})

test('what is not there is said to a program as the API says it, and to a person by the page', async () => {
  for (const path of ['/v/another-version/js/main.js', '/api/nothing', '/nothing']) {
    const response = await get(path)
    expect(response.status, path).toBe(404)
    expect(response.headers.get('content-type'), path).toContain('application/problem+json')
  }
  const page = await get('/nothing', { accept: 'text/html,*/*' })
  expect(page.status).toBe(404)
  expect(page.headers.get('content-type')).toContain('text/html')
})
