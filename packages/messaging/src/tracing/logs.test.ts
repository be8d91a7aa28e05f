import { onTestFinished, expect, test } from 'vitest'
import { otlpReceiver } from '../../../../test/support/otlp/receiver.ts'
import { endpoint } from '../definition/endpoint.ts'
import { handler } from '../definition/handler.ts'
import { placed } from '../engine/testing/billing.ts'
import { OrderPlaced } from '../engine/testing/messages.ts'
import type { Log } from '../log.ts'
import { tracingSettings } from '../settings.ts'
import { startInMemory } from '../testing/inMemory.ts'
import { traceFields } from './active.ts'
import { openTracing } from './openTracing.ts'
import { foreignTrace } from './testing/tracedSystem.ts'

interface Line {
  readonly message: string
  readonly traceId?: unknown
}

function keepingLog() {
  const lines: Line[] = []
  const keep = (details: object, message: string) => void lines.push({ message, ...details })
  const log: Log = { debug: keep, info: keep, warn: keep, error: keep }
  return { lines, log }
}

test('whatever is logged about a message, by Petrel or in its handler, says to which trace it belongs', async () => {
  const { lines, log } = keepingLog()
  const fails = handler(OrderPlaced, async () => {
    await Promise.resolve()
    log.info(traceFields(), 'billing the order')
    throw new Error('a bug')
  })
  const receiver = await otlpReceiver()
  onTestFinished(() => receiver.close())
  const tracing = await openTracing('billing', tracingSettings.parse({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url }), log)
  const billing = endpoint({ name: 'billing', handlers: [fails], recoverability: { immediate: 0, delayed: [] } })
  await using system = await startInMemory([billing], { log, spans: () => tracing.spans })
  const { traceId, headers } = foreignTrace()
  await system.publish(placed(1), { trace: headers })
  await system.settled()

  expect(lines).toEqual([
    { message: 'billing the order', traceId },
    expect.objectContaining({ message: 'message failed for good: it waits in the dead letter topic', traceId }),
  ])
  expect(await system.deadLetters()).toMatchObject([{ traceId }])
  await tracing.close()
})

test('outside of a trace a log line has no trace id', () => {
  expect(traceFields()).toEqual({})
})
