import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FakeShop, someProducts, startFakeShop } from '../testing/fakeShop.ts'

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

test('the shop keeps room for as many products as it sells', async () => {
  expect((await (await fetch(`${shop.url}/`)).text()).match(/class="card good ghost"/g)).toHaveLength(someProducts.length)
})

test.each(['/../package.json', '/%2e%2e/package.json', '/js/../../package.json', '/css/'])('%s is not served', async (path) => {
  expect((await fetch(shop.url + path)).status).toBe(404)
})

const target = async (path: string) => (await fetch(shop.url + path, { redirect: 'manual' })).headers.get('location')

test('the mailbox, the payment gateway and the console are where the settings say; what is asked for is kept', async () => {
  expect(await target('/mails?order=42')).toBe('http://127.0.0.1:8025/?order=42')
  expect(await target('/gateway')).toBe('http://127.0.0.1:8070/')
  expect(await target('/console')).toBe('http://127.0.0.1:8090/')
  expect(await target('/console/orders?q=42')).toBe('http://127.0.0.1:8090/orders?q=42')
})

test('no visitor is sent to an address with a login: that is for the gateway alone', async () => {
  await using known = await startFakeShop({ login: 'shop:hush@' })
  const sentTo = async (path: string) => (await fetch(known.url + path, { redirect: 'manual' })).headers.get('location')
  expect(await sentTo('/mails?order=42')).toBe('http://127.0.0.1:8025/?order=42')
  expect(await sentTo('/gateway')).toBe('http://127.0.0.1:8070/')
  expect(await sentTo('/console')).toBe('http://127.0.0.1:8090/')
  expect(await sentTo('/console/orders?q=42')).toBe('http://127.0.0.1:8090/orders?q=42')
  expect((await fetch(`${known.url}/api/charges`)).status).toBe(200)
  expect(known.logins).toEqual([`Basic ${Buffer.from('shop:hush').toString('base64')}`])
})

test.each(['/nope', '/orders/%F0%9F%92%A5', '/orders/a/b', '/orders/%'])(
  '%s is a page that says there is nothing',
  async (path) => {
    const response = await fetch(shop.url + path, { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } })
    expect(response.status).toBe(404)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await response.text()).toContain('There is nothing here')
  },
)
