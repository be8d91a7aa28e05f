import { describe, expect, test } from 'vitest'
import { failureOf } from '../testing/story.ts'
import { detailOf } from '../testing/storyDetail.ts'
import { browserCode } from './browserCode.ts'

interface Shape {
  readonly kind: string
  readonly mayBeNull?: boolean
  readonly fields?: readonly { readonly name: string; readonly isPersonal: boolean; readonly shape: Shape }[]
}
interface Problem {
  readonly path: string
  readonly message: string
}
interface AvroForm {
  readonly shapeOf: (schema: unknown) => Shape
  readonly emptyOf: (shape: Shape) => unknown
  readonly problemsOf: (shape: Shape, value: unknown) => Problem[]
  readonly changesOf: (from: unknown, to: unknown) => { readonly path: string; readonly from: unknown; readonly to: unknown }[]
  readonly pathOf: (path: string) => string
}
const { shapeOf, emptyOf, problemsOf, changesOf, pathOf } = await browserCode<AvroForm>('edit/avro.js')

const { schema, body } = detailOf(failureOf('pricing', 1, { at: 0 }), true) as { readonly schema: object; readonly body: object }
const shape = shapeOf(schema)

describe('the form of a schema', () => {
  test('has a field for each of the record, and knows which are personal and which may be missing', () => {
    expect(
      shape.fields?.map(({ name, isPersonal, shape: { kind, mayBeNull = false } }) => [name, kind, isPersonal, mayBeNull]),
    ).toEqual([
      ['orderId', 'text', false, false],
      ['customerId', 'text', false, false],
      ['email', 'text', true, false],
      ['lines', 'array', false, false],
      ['acceptedAt', 'time', false, true],
    ])
  })

  test('finds nothing wrong with a message that was sent', () => expect(problemsOf(shape, body)).toEqual([]))

  test('takes what is hidden as it is, whatever should be there', () =>
    expect(problemsOf(shape, { ...body, lines: '•••', acceptedAt: '•••' })).toEqual([]))

  test.each<[string, object, Problem[]]>([
    [
      'a word for a number',
      { lines: [{ sku: 'tea', quantity: 'two' }] },
      [{ path: '/lines/0/quantity', message: 'must be a number' }],
    ],
    [
      'half a piece',
      { lines: [{ sku: 'tea', quantity: 0.5 }] },
      [{ path: '/lines/0/quantity', message: 'must be a whole number' }],
    ],
    [
      'more than an int',
      { lines: [{ sku: 'tea', quantity: 2 ** 31 }] },
      [{ path: '/lines/0/quantity', message: 'must be between -2147483648 and 2147483647' }],
    ],
    ['nothing where something must be', { customerId: null }, [{ path: '/customerId', message: 'must have a value' }]],
    ['no time', { acceptedAt: 'noon' }, [{ path: '/acceptedAt', message: 'must be a time, like 2026-03-01T14:02:07Z' }]],
  ])('says what is wrong before it is sent: %s', (_, change, problems) => {
    expect(problemsOf(shape, { ...body, ...change })).toEqual(problems)
  })

  test('begins a new line with what the schema says, or with nothing', () => {
    const lines = shape.fields?.find(({ name }) => name === 'lines')?.shape as unknown as { readonly items: Shape }
    expect(emptyOf(lines.items)).toEqual({ sku: '', quantity: 0 })
    expect(emptyOf(shape)).toEqual({ orderId: '', customerId: '', email: '', lines: [], acceptedAt: null })
  })

  test('of a type that contains itself ends', () => {
    const tree = { type: 'record', name: 'Tree', fields: [{ name: 'children', type: { type: 'array', items: 'Tree' } }] }
    expect(problemsOf(shapeOf(tree), { children: [{ children: [{ children: 'none' }] }] })).not.toEqual([])
    expect(problemsOf(shapeOf(tree), { children: [{ children: [] }] })).toEqual([])
  })
})

test('what was changed is said field by field, and a list that is longer as one', () => {
  const from = { name: 'ada', lines: [{ sku: 'tea', quantity: 2 }], note: null }
  expect(changesOf(from, from)).toEqual([])
  expect(changesOf(from, { ...from, lines: [{ sku: 'tea', quantity: 3 }] })).toEqual([
    { path: '/lines/0/quantity', from: 2, to: 3 },
  ])
  expect(changesOf(from, { ...from, lines: [] })).toEqual([{ path: '/lines', from: from.lines, to: [] }])
  expect(changesOf(from, { ...from, note: 'x' })).toEqual([{ path: '/note', from: null, to: 'x' }])
})

test.each([
  ['/body/lines/0/quantity', '/lines/0/quantity'],
  ['body.lines.0.quantity', '/lines/0/quantity'],
  ['body.lines[0].quantity', '/lines/0/quantity'],
  ['/headers/x-campaign', '/headers/x-campaign'],
  ['', '/'],
])('a field that the server names %s is %s on the page', (said, meant) => expect(pathOf(said)).toBe(meant))
