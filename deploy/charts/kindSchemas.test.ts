import { expect, test } from 'vitest'
import { kindSchemas } from './kindSchemas.ts'

const definitions = {
  Tea: {
    'x-kubernetes-group-version-kind': [{ group: 'shop.example.com', version: 'v1', kind: 'Tea' }],
    type: 'object',
    description: 'left out',
    required: ['kind'],
    properties: {
      kind: { type: 'string' },
      pot: { $ref: '#/definitions/Pot' },
      port: { format: 'int-or-string', type: 'string' },
    },
  },
  Pot: { type: 'object', properties: { size: { type: 'integer' } } },
  Cup: { type: 'object', 'x-kubernetes-group-version-kind': [{ group: '', version: 'v1', kind: 'Cup' }] },
}

test('a kind is written with all that it refers to, and knows no other field', () => {
  const files = kindSchemas(definitions, new Set(['shop.example.com/v1/Tea']))
  expect([...files]).toEqual([
    [
      'tea-shop-v1.json',
      {
        $ref: '#/definitions/Tea',
        definitions: {
          Tea: {
            type: 'object',
            required: ['kind'],
            properties: {
              kind: { type: 'string' },
              pot: { $ref: '#/definitions/Pot' },
              port: { type: ['string', 'integer'] },
            },
            additionalProperties: false,
          },
          Pot: {
            type: 'object',
            properties: { size: { type: 'integer' } },
            additionalProperties: false,
          },
        },
      },
    ],
  ])
})

test('a kind of the core has no group in its name', () => {
  expect([...kindSchemas(definitions, new Set(['v1/Cup'])).keys()]).toEqual(['cup-v1.json'])
})

test('a kind that the cluster does not have is named', () => {
  expect(() => kindSchemas(definitions, new Set(['v1/Saucer']))).toThrow('v1/Saucer')
})
