import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { contextIn } from './recordContext.ts'
import { isSurelyUnrecorded, namesTrace, type TraceContext, traceContextOf, traceHeaders, traceIdOf } from './traceContext.ts'

const [trace, span] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331']

/** As others see it. */
const plain = (context: TraceContext | undefined) =>
  context && { traceId: context.traceId, spanId: context.spanId, flags: context.flags, tracestate: context.tracestate }

test('a trace is passed on as it came', () => {
  const headers = { traceparent: `00-${trace}-${span}-01`, tracestate: 'vendor=1' }
  const context = traceContextOf(headers)
  expect(plain(context)).toEqual({ traceId: trace, spanId: span, flags: 1, tracestate: 'vendor=1' })
  expect(context && traceHeaders(context)).toEqual(headers)
  expect(traceIdOf(headers.traceparent)).toBe(trace)
})

test('a later version of trace context is understood as far as it is known', () => {
  expect(traceContextOf({ traceparent: `cc-${trace}-${span}-ff-more` })).toMatchObject({ traceId: trace, flags: 3 })
})

test.each([
  ['nothing', undefined],
  ['a word', 'trace'],
  ['the version that is none', `ff-${trace}-${span}-01`],
  ['no trace', `00-${'0'.repeat(32)}-${span}-01`],
  ['no span', `00-${trace}-${'0'.repeat(16)}-01`],
  ['capitals', `00-${trace.toUpperCase()}-${span}-01`],
  ['less', `00-${trace}-${span}`],
])('%s is no place in a trace', (_what, traceparent) => {
  expect(traceContextOf({ traceparent })).toBeUndefined()
})

test.each([undefined, '', 'trace', `00-${trace}-${span}`, `00${'-'.repeat(20)}`])('%j names no trace', (traceparent) => {
  expect(traceIdOf(traceparent)).toBeUndefined()
})

/** As https://www.w3.org/TR/trace-context/#traceparent-header-field-values has it. */
const format = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:-|$)/

test('what is nearly a traceparent is read exactly when it is one', () => {
  const change = fc.record({ at: fc.nat(60), by: fc.constantFrom('', '0', 'f', 'g', 'F', '-', 'é', '-more') })
  fc.assert(
    fc.property(fc.constantFrom('00', 'cc', 'ff'), fc.array(change, { maxLength: 2 }), (version, changes) => {
      const header = changes.reduce(
        (text, { at, by }) => text.slice(0, at) + by + text.slice(at + 1),
        `${version}-${trace}-${span}-01`,
      )
      const [, traceId, spanId, flags] = format.exec(header) ?? []
      const read = plain(traceContextOf({ traceparent: header }))
      expect(read).toEqual(traceId && { traceId, spanId, flags: Number.parseInt(flags ?? '', 16) & 3, tracestate: undefined })
      const bytes = Buffer.from(header)
      expect(plain(contextIn({ traceparent: bytes }))).toEqual(read)
      expect(isSurelyUnrecorded(bytes)).toBe(isSurelyUnrecorded(bytes.toString('latin1')))
      expect(namesTrace(bytes)).toBe(traceIdOf(bytes.toString('latin1')) !== undefined)
    }),
  )
})

/** An id that is valid. */
const id = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((each) => Buffer.from(each).toString('hex'))
    .filter((each) => /[^0]/.test(each))

test('any ids are written as they were read', () => {
  fc.assert(
    fc.property(id(16), id(8), fc.nat(3), (traceId, spanId, flags) => {
      const headers = { traceparent: `00-${traceId}-${spanId}-0${flags}` }
      const context = traceContextOf(headers)
      expect(plain(context)).toEqual({ traceId, spanId, flags, tracestate: undefined })
      expect({ ...(context && traceHeaders(context)) }).toEqual(headers)
    }),
    {
      examples: [
        [`${'0'.repeat(31)}1`, `${'0'.repeat(15)}1`, 1],
        ['f'.repeat(32), 'f'.repeat(16), 3],
      ],
    },
  )
})

test('headers that a span has made are a place in its trace, and so are copies of them', () => {
  const context = traceContextOf({ traceparent: `00-${trace}-${span}-01`, tracestate: 'vendor=1' })
  if (context === undefined) throw new Error('no context')
  const headers = traceHeaders(context)
  expect({ ...headers }).toStrictEqual({ traceparent: `00-${trace}-${span}-01`, tracestate: 'vendor=1' })
  expect(traceContextOf(headers)).toBe(context)
  expect(plain(traceContextOf({ ...headers }))).toEqual(plain(context))
})
