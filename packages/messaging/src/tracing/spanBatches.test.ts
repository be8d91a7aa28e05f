import { expect, test } from 'vitest'
import { readExport } from '../../../../test/support/otlp/readExport.ts'
import type { ExportRequest } from './encodeSpan.ts'
import { samplingBy } from './sampling.ts'
import { spanBatches } from './spanBatches.ts'
import { recordingSpans } from './spans.ts'

/** As many spans as are exported at once. */
const many = 2_048

interface Exported {
  readonly request: ExportRequest
  readonly done: (isSent: boolean) => void
}

/** Batches whose exports end when the test says so. */
function exporting() {
  const exports: Exported[] = []
  const exporter = {
    export: (request: ExportRequest, done: Exported['done']) => void exports.push({ request, done }),
    shutdown: async () => {},
  }
  const batches = spanBatches(exporter, { 'service.name': 'billing' })
  const spans = recordingSpans({ now: Date.now, ended: (span) => batches.add(span) }, samplingBy('always_on', 1))
  const exportOne = (name: string): Exported => {
    for (let number = 0; number < many; number += 1) spans.start(name, {}).end()
    const last = exports.at(-1)
    if (last === undefined) throw new Error('nothing was exported')
    return last
  }
  return { batches, exports, exportOne }
}

const namesIn = ({ request: { body } }: Exported) => [...new Set(readExport(body).map(({ name }) => name))]

test('the bytes of a request are used again when the collector has it, and not before', () => {
  const { exportOne } = exporting()
  const first = exportOne('first')
  const second = exportOne('second')
  expect(second.request.body.buffer).not.toBe(first.request.body.buffer)
  first.done(true)
  const third = exportOne('third')
  expect(third.request.body.buffer).toBe(first.request.body.buffer)
  expect([second, third].map(namesIn)).toEqual([['second'], ['third']])
})

test('the bytes of a request that the collector has not taken are not used again', () => {
  const { exportOne } = exporting()
  const first = exportOne('first')
  first.done(false)
  expect(exportOne('second').request.body.buffer).not.toBe(first.request.body.buffer)
  expect(namesIn(first)).toEqual(['first'])
})

test('the end waits for what is under way', async () => {
  const { batches, exportOne } = exporting()
  const { done } = exportOne('a span')
  let isClosed = false
  const closing = batches.close().then(() => (isClosed = true))
  await new Promise(setImmediate)
  expect(isClosed).toBe(false)
  done(true)
  await closing
})
