import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FakeShop, startFakeShop } from '../testing/fakeShop.ts'

let shop: FakeShop
beforeAll(async () => void (shop = await startFakeShop()))
afterAll(() => shop.close())

test.each(['/', '/orders', '/orders/some-order'])(
  '%s is a page that allows nothing from elsewhere and nothing inline',
  async (path) => {
    const response = await fetch(shop.url + path)
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
  },
)

test('no file of the page names another place to load from', async () => {
  const folder = join(import.meta.dirname, '../../public')
  for (const file of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue
    const text = await readFile(join(file.parentPath, file.name), 'utf8')
    const addresses = (text.match(/(?:https?:)?\/\/[\w.-]+\.\w+/g) ?? []).filter((address) => !address.endsWith('www.w3.org'))
    expect(addresses, file.name).toEqual([])
  }
})

test('a file that the browser has is not sent again', async () => {
  const first = await fetch(`${shop.url}/js/shop.js`)
  const second = await fetch(`${shop.url}/js/shop.js`, {
    headers: { 'if-none-match': first.headers.get('etag') ?? '', 'cache-control': 'max-age=0' },
  })
  expect([first.status, second.status]).toEqual([200, 304])
})

test.each(['/../package.json', '/%2e%2e/package.json', '/js/../../package.json', '/css/'])('%s is not served', async (path) => {
  expect((await fetch(shop.url + path)).status).toBe(404)
})

test('the mailbox is where the settings say, and keeps whose mails are asked for', async () => {
  const response = await fetch(`${shop.url}/mails?to=ada@example.com`, { redirect: 'manual' })
  expect(response.headers.get('location')).toBe('http://127.0.0.1:8025/?to=ada@example.com')
})
