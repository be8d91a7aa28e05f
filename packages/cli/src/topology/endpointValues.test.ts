import { equal } from 'node:assert/strict'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { endpointValues, withEndpoint } from './endpointValues.ts'
import { smallShop } from './testing/smallShop.ts'

const [sales, billing] = smallShop.endpoints
if (sales === undefined || billing === undefined) throw new Error('The small shop has sales and billing.')

const byHand = `# Sales, as the chart sees it.

# Made.
endpoint:
  name: old
  # about topics
  topics: []

# Above the image.
image:   { repository: "petrel/sales" } # beside it

env:
  URL: 'http://{{ .Release.Name }}-web'
`

test('the block of an endpoint is made anew, and what people wrote stays as they wrote it', () => {
  expect(withEndpoint('values.yaml', byHand, sales)).toBe(`# Sales, as the chart sees it.

# Made.
endpoint:
  name: sales
  partitions: 3
  topics:
    - sales.place-order
    - sales.price-order
  group: sales
  handlerTimeLimitSeconds: 30
  deployOrder: 0

# Above the image.
image:   { repository: "petrel/sales" } # beside it

env:
  URL: 'http://{{ .Release.Name }}-web'
`)
})

test('a file without the block gets one, also an empty file', () => {
  expect(parse(withEndpoint('values.yaml', '# nothing yet\n', billing))).toEqual({ endpoint: endpointValues(billing) })
  expect(withEndpoint('values.yaml', 'image: x', billing)).toMatch(/^image: x\nendpoint:\n {2}name: billing\n[^]*\n$/)
})

test('a file that is no mapping, or no YAML, is left alone, and the error names it', () => {
  expect(() => withEndpoint('services/a/values.yaml', '- a\n', sales)).toThrow('services/a/values.yaml must have keys at its top')
  expect(() => withEndpoint('services/a/values.yaml', '{ image: x }\n', sales)).toThrow('services/a/values.yaml must have keys')
  expect(() => withEndpoint('services/a/values.yaml', 'a: [', sales)).toThrow('services/a/values.yaml is not YAML')
})

const keys = fc.uniqueArray(
  fc.stringMatching(/^[a-z]{1,8}$/).filter((key) => key !== 'endpoint' && parse(key) === key),
  { maxLength: 5 },
)
const texts = fc.oneof(
  fc.string(),
  fc.constantFrom('endpoint:', '# no comment', 'a\nendpoint: b\n# c\n\nd', '{{ .Release.Name }}', ''),
)
const values = fc.oneof(
  texts,
  fc.integer(),
  fc.array(texts, { maxLength: 3 }),
  fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), texts, { maxKeys: 3 }),
)
const margin = fc.array(fc.constantFrom('', '# a comment', '#endpoint: none', '# endpoint:'), { maxLength: 3 })

/** One key of a file, with blank lines and comments above it. */
const section = (key: string) =>
  fc.tuple(margin, values).map(([above, value]) => [...above, stringify({ [key]: value }).trimEnd()].join('\n'))
/** Sections, with or without the endpoint's among them, and comments at the end. */
const file = keys
  .chain((names) => fc.tuple(fc.tuple(...names.map(section)), fc.option(section('endpoint')), fc.nat(), margin))
  .map(([sections, endpoint, at, below]) => {
    const place = at % (sections.length + 1)
    const before = sections.slice(0, place)
    const after = [...sections.slice(place), ...below]
    return {
      before,
      endpoint,
      after,
      text: [...before, ...(endpoint === null ? [] : [endpoint]), ...after].map((part) => `${part}\n`).join(''),
    }
  })

test('whatever else is in a file, its other keys, comments and blank lines stay, character by character', () => {
  fc.assert(
    fc.property(file, ({ before, endpoint, after, text }) => {
      const written = withEndpoint('values.yaml', text, sales)
      const { endpoint: made, ...others } = parse(written) as Record<string, unknown>
      const { endpoint: _, ...former } = (parse(text) ?? {}) as Record<string, unknown>
      expect(made).toEqual(endpointValues(sales))
      expect(others).toEqual(former)
      expect(written.startsWith(before.map((part) => `${part}\n`).join(''))).toBe(true)
      if (endpoint !== null) expect(written.endsWith(after.map((part) => `${part}\n`).join(''))).toBe(true)
      equal(withEndpoint('values.yaml', written, sales), written)
    }),
    { numRuns: 500 },
  )
})
