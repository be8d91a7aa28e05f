import type { IncomingHttpHeaders } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { expect, onTestFinished, test, vi } from 'vitest'
import { readExport } from '../../../../test/support/otlp/readExport.ts'
import { handler } from '../definition/handler.ts'
import { endpoint } from '../definition/endpoint.ts'
import { billing, placed } from '../engine/testing/billing.ts'
import { bills, OrderPlaced } from '../engine/testing/messages.ts'
import { ce, headerText } from '../headers.ts'
import { type Log, silentLog } from '../log.ts'
import { readEnvironment, tracingSettings } from '../settings.ts'
import { traced } from './active.ts'
import { openTracing } from './openTracing.ts'
import { foreignTrace, tracedSystem } from './testing/tracedSystem.ts'
import { passTime, until, useVirtualTime } from '../engine/testing/virtualTime.ts'

useVirtualTime()

/** The end of a process does not wait longer for the collector. */
const longestCloseMs = 5_000
const tenOrders = Array.from({ length: 10 }, (_, number) => placed(number))

test('orders are handled while the collector refuses everything', async () => {
  const system = await tracedSystem(billing().endpoint)
  system.receiver.behaves((_request, response) => response.writeHead(500).end())
  await system.start()
  for (const order of tenOrders) await system.publishFrom(foreignTrace(), order)
  await system.settled()
  expect(system.store.rows(bills)).toHaveLength(10)
})

test('what OpenTelemetry’s variables say of the way to the collector is followed', async () => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'x-tenant=petrel')
  vi.stubEnv('OTEL_EXPORTER_OTLP_TRACES_COMPRESSION', 'gzip')
  onTestFinished(() => void vi.unstubAllEnvs())
  const system = await tracedSystem(billing().endpoint)
  const got: { headers: IncomingHttpHeaders; body: Promise<Buffer> }[] = []
  system.receiver.behaves((request, response) => {
    const body = buffer(request)
    got.push({ headers: request.headers, body })
    void body.then(() => response.end())
  })
  system.tracing.spans?.start('a span', {}).end()
  await system.tracing.close()
  const [{ headers, body } = { headers: {}, body: Buffer.alloc(0) }] = got
  expect(headers).toMatchObject({
    'x-tenant': 'petrel',
    'content-encoding': 'gzip',
    'content-type': 'application/x-protobuf',
  })
  expect(readExport(gunzipSync(await body)).map(({ name }) => name)).toEqual(['a span'])
})

test('orders are handled while the collector takes connections and never answers, and the end waits five seconds for it', async () => {
  const system = await tracedSystem(billing().endpoint)
  let asked = 0
  system.receiver.behaves(() => void (asked += 1))
  await system.start()
  await system.publishFrom(foreignTrace(), placed(100))
  await until('the collector was asked', () => asked > 0)
  for (const order of tenOrders) await system.publishFrom(foreignTrace(), order)
  await system.settled()
  expect(system.store.rows(bills)).toHaveLength(11)
  const closing = system.tracing.close()
  await passTime(longestCloseMs)
  await closing
})

test('orders are handled where no collector is, and the log says once that spans are lost', async () => {
  const warnings: string[] = []
  const log: Log = { ...silentLog, warn: (_details, message) => void warnings.push(message) }
  const nowhere = readEnvironment(tracingSettings, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' })
  const tracing = await openTracing('billing', nowhere, log)
  const system = await tracedSystem(billing().endpoint)
  tracing.spans?.start('a span', {}).end()
  const closing = tracing.close()
  await until('the log says it', () => warnings.length > 0)
  await passTime(longestCloseMs)
  await closing
  expect(warnings).toEqual(['spans are lost: the collector does not take them; messages go on'])
  await system.start()
  await system.publishFrom(foreignTrace(), placed(1))
  await system.settled()
  expect(system.store.rows(bills)).toHaveLength(1)
})

test('every span that has ended is exported when the process stops', async () => {
  const system = await tracedSystem(billing().endpoint)
  await system.start()
  for (const order of tenOrders) await system.publishFrom(foreignTrace(), order)
  await system.settled()
  const names = (await system.exported()).map(({ name }) => name)
  expect(names.filter((name) => name === 'process sales.order-placed')).toHaveLength(10)
  expect(names.filter((name) => name === 'send billing.order-billed')).toHaveLength(10)
})

test('a trace that is not recorded leaves no spans, and goes on as it came', async () => {
  const system = await tracedSystem(billing().endpoint)
  const trace = foreignTrace({ recorded: false })
  await system.start()
  await system.publishFrom(trace, placed(1))
  await system.settled()
  const [billed] = await system.records('billing.order-billed')
  expect(headerText(billed?.headers ?? {}, ce.traceparent)).toBe(trace.headers.traceparent)
  expect(await system.exported()).toEqual([])
})

test('a message without a trace begins one, and the sampler decides for all that follows', async () => {
  const headers: Record<string, unknown>[] = []
  const calls = handler(OrderPlaced, () => traced('POST', {}, async (span) => void headers.push(span.headers)))
  const never = { OTEL_TRACES_SAMPLER: 'parentbased_always_off' }
  const system = await tracedSystem(endpoint({ name: 'billing', handlers: [calls], partitions: 1 }), never)
  await system.start()
  await system.publish(placed(1))
  await system.settled()
  expect(headers).toEqual([{ traceparent: expect.stringMatching(/^00-[\da-f]{32}-[\da-f]{16}-02$/) }])
  expect(await system.exported()).toEqual([])
})
