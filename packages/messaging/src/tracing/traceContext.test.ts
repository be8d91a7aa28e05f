import { expect, test } from 'vitest'
import { traceContextOf, traceHeaders, traceIdOf } from './traceContext.ts'

const [trace, span] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331']

test('a trace is passed on as it came', () => {
  const headers = { traceparent: `00-${trace}-${span}-01`, tracestate: 'vendor=1' }
  const context = traceContextOf(headers)
  expect(context).toEqual({ traceId: trace, spanId: span, flags: 1, tracestate: 'vendor=1' })
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
