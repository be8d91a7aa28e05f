import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { shopValues } from './shopValues.ts'

test("a shop's values are the shared ones and each service's own below its name, with their comments", () => {
  const services = [
    { name: 'billing', text: '# Billing.\n\nimage:\n  tag: "1" # the first\n' },
    { name: 'web-page', text: 'replicas: 2' },
  ]
  expect(shopValues('# Shared.\nglobal:\n  tag: x\n', services).split('\n').slice(3).join('\n')).toBe(`# Shared.
global:
  tag: x
# services/billing/values.yaml
billing:
  # Billing.

  image:
    tag: "1" # the first
# services/web-page/values.yaml
web-page:
  replicas: 2
`)
})

const texts = fc.oneof(
  fc.string(),
  fc.constantFrom('a\nb', 'a\n\n  b\n', '  a\nb', '# c', 'a: b', 'a\u2028b\nc\rd', '{{ .Release.Name }}\n\n'),
)
const values = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,5}$/),
  fc.oneof(texts, fc.array(texts), fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), texts)),
  { minKeys: 1 },
)

test('below its name a service has the values that it has in its own file, whatever they are', () => {
  fc.assert(
    fc.property(values, values, (one, other) => {
      const services = [
        { name: 'one', text: stringify(one) },
        { name: 'other', text: stringify(other) },
      ]
      expect(parse(shopValues('global: {}', services))).toEqual({ global: {}, one, other })
    }),
    { numRuns: 500 },
  )
})
