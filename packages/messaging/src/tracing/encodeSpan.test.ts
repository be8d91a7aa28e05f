import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readExport } from '../../../../test/support/otlp/readExport.ts'
import { exportRequest } from './encodeSpan.ts'
import { samplingBy } from './sampling.ts'
import { kinds, type RecordedSpan } from './span.ts'
import { recordingSpans } from './spans.ts'
import { type TraceContext, traceContextOf } from './traceContext.ts'

const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((each) => Buffer.from(each.with(0, 1)).toString('hex'))
const tracestate = fc.option(fc.constantFrom('vendor=1', 'a=ü'), { nil: undefined })
const context = fc.tuple(hex(16), hex(8), tracestate).map(([traceId, spanId, state]): TraceContext => {
  const found = traceContextOf({ traceparent: `00-${traceId}-${spanId}-01`, tracestate: state })
  if (found === undefined) throw new Error('no context')
  return found
})
const text = fc.string({ unit: 'grapheme', maxLength: 200 })
const name = fc.constantFrom('messaging.message.id', 'petrel.attempt', 'größe', 'x'.repeat(200))
// As a whole number, zero has no sign.
const double = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((each) => !Object.is(each, -0))
const value = fc.oneof(text, fc.boolean(), fc.maxSafeInteger(), double)
const attributes = fc.dictionary(name, value)
const ms = fc.double({ min: 0, max: 4e12, noNaN: true })

const span = fc.record({
  name: text,
  kind: fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])),
  parent: fc.option(context, { nil: undefined }),
  links: fc.array(context, { maxLength: 3 }),
  attributes,
  from: ms,
  to: ms,
  // As long as a span keeps it.
  error: fc.option(
    text.filter((each) => each.length <= 500 && !each.includes('@')),
    { nil: undefined },
  ),
})

test.each([
  [new RangeError('there is no customer <ada@example.org>'), 'there is no customer <…@…>'],
  ['ada@example.org', '…@…'],
])('what a span says of an error has nobody’s address: %s', (error, said) => {
  const ended: RecordedSpan[] = []
  const recorder = { now: Date.now, ended: (each: RecordedSpan) => void ended.push(each) }
  recordingSpans(recorder, samplingBy('always_on', 1)).start('bill', {}).end(error)
  expect(ended.map((span) => span.error)).toEqual([said])
})

test('a collector reads of any span what it was', () => {
  fc.assert(
    fc.property(fc.array(span, { minLength: 1, maxLength: 4 }), (spans) => {
      const request = exportRequest({ 'service.name': 'billing', 'process.pid': 4711 })
      const ended: RecordedSpan[] = []
      for (const { from, to, error, ...options } of spans) {
        const times = [from, to].values()
        const recorder = { now: () => times.next().value ?? to, ended: (each: RecordedSpan) => void ended.push(each) }
        const recorded = recordingSpans(recorder, samplingBy('always_on', 1)).start(options.name, options)
        recorded.end(error === undefined ? undefined : new RangeError(error))
      }
      for (const each of ended) request.add(each)
      const { body, spans: count } = request.end()
      const read = readExport(Buffer.from(body))
      expect(count).toBe(spans.length)
      expect(read).toEqual(
        spans.map(({ name: called, kind, parent, links, attributes: own, from, to, error }, index) => ({
          service: 'billing',
          name: called,
          kind: `SPAN_KIND_${kind.toUpperCase()}`,
          traceId: parent?.traceId ?? ended[index]?.context.traceId,
          spanId: ended[index]?.context.spanId,
          parentSpanId: parent?.spanId ?? '',
          tracestate: parent?.tracestate ?? '',
          links: links.map(({ traceId, spanId }) => ({ traceId, spanId })),
          attributes: { ...own, ...(error !== undefined && { 'error.type': 'RangeError' }) },
          failed: error !== undefined,
          error: error ?? '',
          startedAt: nanos(from),
          endedAt: nanos(Math.max(from, to)),
        })),
      )
    }),
  )
})

/** As exactly as milliseconds with fractions have it. */
const nanos = (at: number) =>
  BigInt(Math.trunc(at / 1_000)) * 1_000_000_000n + BigInt(Math.round((at - Math.trunc(at / 1_000) * 1_000) * 1e6))

test('what is set takes the place of what was said at the start', () => {
  const request = exportRequest({ 'service.name': 'billing' })
  const spans = recordingSpans({ now: Date.now, ended: (each) => request.add(each) }, samplingBy('always_on', 1))
  const span = spans.start('POST', { attributes: { 'http.response.status_code': 0, 'server.address': 'bank' } })
  span.set('http.response.status_code', 200)
  span.end()
  const { body } = request.end()
  expect(readExport(body)[0]?.attributes).toEqual({ 'http.response.status_code': 200, 'server.address': 'bank' })
  expect(body.toString('latin1').split('http.response.status_code')).toHaveLength(2)
})

test('a request that is written over another one has nothing of that', () => {
  const first = requestWith(undefined, 'one', 'two', 'three')
  const second = requestWith(Buffer.from(first.buffer), 'four')
  expect(second.buffer).toBe(first.buffer)
  expect(readExport(second).map(({ name: called }) => called)).toEqual(['four'])
})

/** @param bytes to be written over */
function requestWith(bytes: Buffer | undefined, ...names: string[]): Buffer {
  const request = exportRequest({ 'service.name': 'billing' }, bytes)
  const spans = recordingSpans({ now: Date.now, ended: (each) => request.add(each) }, samplingBy('always_on', 1))
  for (const each of names) spans.start(each, {}).end()
  return request.end().body
}

test('a request grows with its spans', () => {
  const request = exportRequest({ 'service.name': 'billing' })
  const spans = recordingSpans({ now: Date.now, ended: (each) => request.add(each) }, samplingBy('always_on', 1))
  for (let number = 0; number < 2_000; number += 1) spans.start(`send ${number}`, { attributes: { number } }).end()
  const read = readExport(Buffer.from(request.end().body))
  expect(read.map(({ attributes: { number } }) => number)).toEqual(Array.from({ length: 2_000 }, (_, number) => number))
})

test('what is no attribute is written as a text, and the spans beside it are whole', () => {
  const request = exportRequest({ 'service.name': 'billing' })
  const spans = recordingSpans({ now: Date.now, ended: (each) => request.add(each) }, samplingBy('always_on', 1))
  const anything = { list: ['a', 'b'], nothing: null, large: 2n ** 70n, sign: Symbol('s') } as unknown as Record<string, string>
  spans.start('one', { attributes: anything }).end()
  spans.start('other', {}).end()
  const read = readExport(Buffer.from(request.end().body))
  expect(read.map(({ name: called }) => called)).toEqual(['one', 'other'])
  expect(read[0]?.attributes).toEqual({ list: 'a,b', nothing: 'null', large: String(2n ** 70n), sign: 'Symbol(s)' })
})
