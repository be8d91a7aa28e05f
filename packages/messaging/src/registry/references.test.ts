import { expect, test } from 'vitest'
import { compileWriter } from '../avro/compile.ts'
import { standingAlone } from './references.ts'

const money = {
  type: 'record',
  name: 'Money',
  namespace: 'shop.common',
  fields: [
    { name: 'cents', type: 'long' },
    { name: 'currency', type: { type: 'enum', name: 'Currency', symbols: ['EUR', 'USD'] } },
  ],
}
const line = {
  type: 'record',
  name: 'shop.common.Line',
  fields: [
    { name: 'sku', type: 'string' },
    { name: 'price', type: 'Money' },
  ],
}

test('each type of another schema is where it is used first, and by its name after that', () => {
  const order = {
    type: 'record',
    name: 'Order',
    namespace: 'sales',
    fields: [
      { name: 'currency', type: 'shop.common.Currency', default: 'EUR' },
      { name: 'lines', type: { type: 'array', items: 'shop.common.Line' } },
      { name: 'total', type: ['null', 'shop.common.Money'], default: null },
      { name: 'fees', type: { type: 'map', values: 'shop.common.Money' } },
    ],
  }
  const alone = standingAlone(order, [line, money])

  const type = compileWriter(alone)
  const value = {
    currency: 'USD',
    lines: [{ sku: 'tea', price: { cents: 450, currency: 'EUR' } }],
    total: { cents: 450, currency: 'EUR' },
    fees: { card: { cents: 12, currency: 'EUR' } },
  }
  expect(type.fromBuffer(type.toBuffer(value))).toEqual(value)
  expect(JSON.stringify(alone).match(/"name":"(\w+\.)*(Money|Line|Currency)"/g)).toHaveLength(3)
})

test('names are meant in the namespace of their own schema, and a default that looks like a type is none', () => {
  const status = { type: 'enum', name: 'Status', symbols: ['Status', 'open'] }
  const ticket = {
    type: 'record',
    name: 'Ticket',
    namespace: 'help',
    fields: [{ name: 'status', type: 'help.Status', default: 'Status' }],
  }
  expect(standingAlone(ticket, [{ ...status, namespace: 'help' }])).toEqual({
    ...ticket,
    fields: [{ name: 'status', type: { ...status, namespace: 'help' }, default: 'Status' }],
  })
})

test('a choice of messages, each in a schema of its own, is a union of records', () => {
  const alone = standingAlone(['shop.common.Line', 'shop.common.Money'], [money, line])
  expect(compileWriter(alone).typeName).toMatch(/^union/)
})

test('a type that refers to itself stays one', () => {
  const tree = {
    type: 'record',
    name: 'Tree',
    namespace: 'shop',
    fields: [{ name: 'children', type: { type: 'array', items: 'Tree' } }],
  }
  const forest = {
    type: 'record',
    name: 'Forest',
    namespace: 'sales',
    fields: [{ name: 'trees', type: { type: 'array', items: 'shop.Tree' } }],
  }
  const type = compileWriter(standingAlone(forest, [tree]))
  const value = { trees: [{ children: [{ children: [] }] }] }
  expect(type.fromBuffer(type.toBuffer(value))).toEqual(value)
})
