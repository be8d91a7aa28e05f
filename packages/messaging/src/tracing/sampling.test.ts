import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { silentLog } from '../log.ts'
import { type Environment, readEnvironment, tracingSettings } from '../settings.ts'
import { openTracing } from './openTracing.ts'
import { samplingBy } from './sampling.ts'
import { traceContextOf } from './traceContext.ts'

const traceIds = Array.from({ length: 20_000 }, () => randomBytes(16).toString('hex'))
const share = (ratio: number) => {
  const sampling = samplingBy('traceidratio', ratio)
  return traceIds.filter((traceId) => sampling.records(traceId)).length / traceIds.length
}

describe('the sampler', () => {
  test('records about as many traces as it is told to', () => {
    expect(share(0)).toBe(0)
    expect(share(0.1)).toBeGreaterThan(0.08)
    expect(share(0.1)).toBeLessThan(0.12)
    expect(share(1)).toBe(1)
  })

  test('decides alike in every process, and what one in a hundred has, one in ten has as well', () => {
    const [few, more] = [samplingBy('traceidratio', 0.01), samplingBy('parentbased_traceidratio', 0.1)]
    for (const traceId of traceIds.filter((each) => few.records(each))) expect(more.records(traceId)).toBe(true)
  })

  test.each([
    ['always_on', true],
    ['parentbased_always_on', true],
    ['always_off', false],
    ['parentbased_always_off', false],
  ] as const)('%s says %s', (sampler, records) => {
    expect(samplingBy(sampler, 1).records(traceIds[0] ?? '')).toBe(records)
  })
})

const spansOf = async (environment: Environment) => {
  const settings = readEnvironment(tracingSettings, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', ...environment })
  return (await openTracing('billing', settings, silentLog)).spans
}

describe('tracing is switched', () => {
  test('on by naming a collector', async () => {
    expect(await spansOf({})).toBeDefined()
  })

  test.each<Environment>([
    { OTEL_EXPORTER_OTLP_ENDPOINT: undefined },
    { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
    { OTEL_SDK_DISABLED: 'TRUE' },
  ])('off by %j', async (environment) => {
    expect(await spansOf(environment)).toBeUndefined()
  })

  test.each<[Environment, string]>([
    [{ OTEL_TRACES_SAMPLER: 'sometimes' }, 'OTEL_TRACES_SAMPLER'],
    [{ OTEL_TRACES_SAMPLER_ARG: '7' }, 'OTEL_TRACES_SAMPLER_ARG'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' }, 'OTEL_EXPORTER_OTLP_ENDPOINT'],
  ])('by %j, which the service refuses by its name', async (environment, name) => {
    await expect(spansOf(environment)).rejects.toThrow(name)
  })
})

test('a parent from outside is continued, and does not decide what is recorded', async () => {
  const spans = await spansOf({ OTEL_TRACES_SAMPLER: 'parentbased_always_off' })
  const parent = traceContextOf({ traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` })
  expect(spans?.start('a page', { parent, decides: 'sampler' })).toMatchObject({
    isRecorded: false,
    context: { traceId: 'a'.repeat(32) },
  })
  expect(spans?.start('a message', { parent })).toMatchObject({ isRecorded: true, context: { traceId: 'a'.repeat(32) } })
})
