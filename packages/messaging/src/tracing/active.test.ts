import { expect, test } from 'vitest'
import { activeTraceId, Outside } from './active.ts'
import { samplingBy } from './sampling.ts'
import { recordingSpans } from './spans.ts'

const spans = recordingSpans({ now: Date.now, ended: () => {} }, samplingBy('always_on', 1))
const turn = () => new Promise(setImmediate)

test('messages that are handled side by side see each their own trace, at once and later, and nobody outside sees one', async () => {
  const outside = new Outside()
  const seen = Array.from({ length: 3 }, async () => {
    const span = spans.start('a message', {})
    const handled = outside.while({ spans, span }, async () => {
      const ids = [activeTraceId()]
      await turn()
      ids.push(activeTraceId())
      await turn().then(() => ids.push(activeTraceId()))
      return ids
    })
    expect(activeTraceId()).toBeUndefined()
    expect(await handled).toEqual(Array.from({ length: 3 }, () => span.context.traceId))
    expect(activeTraceId()).toBeUndefined()
  })
  await Promise.all(seen)
})

test('a handler that fails leaves no trace outside', () => {
  const span = spans.start('a message', {})
  const handle = () =>
    new Outside().while({ spans, span }, () => {
      throw new Error(`a bug in ${activeTraceId()}`)
    })
  expect(handle).toThrow(`a bug in ${span.context.traceId}`)
  expect(activeTraceId()).toBeUndefined()
})
