import { expect, test } from 'vitest'
import { withHeader } from './index.ts'

const linksOf = (html: string) =>
  [...html.matchAll(/<nav.*?<\/nav>/gs)].flatMap(([nav]) => [...nav.matchAll(/href="([^"]*)"/g)].map(([, href]) => href))

test('every page has the same navigation, found through the shop, and says which of its pages it is', () => {
  const shop = withHeader('<body><!-- header: Orders --></body>', '')
  expect(linksOf(shop)).toEqual(['/', '/orders', '/mails', '/gateway', '/console'])
  expect(shop).toContain('<a href="/orders" aria-current="page">Orders</a>')
  const elsewhere = withHeader('<!-- header: Mailbox -->', 'http://localhost:8080')
  expect(linksOf(elsewhere)).toEqual([
    'http://localhost:8080/',
    'http://localhost:8080/orders',
    '/',
    'http://localhost:8080/gateway',
    'http://localhost:8080/console',
  ])
})

test('a page that is none of them says so by marking none', () => {
  expect(withHeader('<!-- header -->', '')).not.toContain('aria-current')
})
