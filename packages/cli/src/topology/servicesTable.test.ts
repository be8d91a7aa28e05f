import { expect, test } from 'vitest'
import { withPart } from './markers.ts'
import { servicesTable } from './servicesTable.ts'
import { smallShop } from './testing/smallShop.ts'

const former = `| service | decides | handles | sends and publishes |
|---|---|---|---|
| web-page | nothing | stale | |
| sales | prices | stale | stale |
| bank | plays a bank | HTTP | |`

test("what services handle and send is made anew; people's words stay, and a new service has a row", () => {
  expect(servicesTable(former, smallShop, { comesIn: [], onlookers: { 'web-page': 'all of it' } }).split('\n')).toEqual([
    '| service | decides | handles | sends and publishes |',
    '|---|---|---|---|',
    '| web-page | nothing | all of it | `PlaceOrder`, `RefundOrder` |',
    '| sales | prices | `PlaceOrder` | `OrderPlaced` |',
    '| bank | plays a bank | HTTP | |',
    '| billing | | `OrderPlaced`, `RefundOrder` | |',
  ])
})

test('a table without the columns says which one it needs', () => {
  const other = '| service | handles |\n|---|---|\n| sales | |'
  expect(() => servicesTable(other, smallShop, { comesIn: [], onlookers: {} })).toThrow('has no column "sends and publishes"')
})

test('only what stands between the markers of a part changes', () => {
  const text = 'a\n<!-- petrel topology: services -->\nold\n<!-- petrel topology: end -->\nb <!-- petrel topology: end -->'
  expect(withPart('README.md', text, 'services', (part) => `new ${part}`)).toBe(text.replace('old', 'new old'))
  expect(withPart('README.md', text, 'diagram', () => 'new')).toBe(text)
  expect(() => withPart('README.md', '<!-- petrel topology: diagram -->', 'diagram', () => '')).toThrow(
    'README.md has <!-- petrel topology: diagram -->, but no <!-- petrel topology: end --> behind it.',
  )
})
