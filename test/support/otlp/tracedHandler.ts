import { endpoint, event, handler, openTracing, tracingSettings } from '@petrel/messaging'
import { silentLog } from '@petrel/messaging/operations'
import { startInMemory } from '@petrel/messaging/testing'
import type { Exported } from './readExport.ts'
import { otlpReceiver } from './receiver.ts'

const schema = { type: 'record', name: 'BellRung', namespace: 'door', fields: [{ name: 'door', type: 'string' }] }
const BellRung = event<{ readonly door: string }>({
  fullName: 'door.BellRung',
  owner: 'door',
  topic: 'door.bell-rung',
  key: 'door',
  schema,
})

/** Does something once inside of a handler that is traced. @returns the spans that a collector got of it */
export async function tracedHandler(handle: () => Promise<unknown>): Promise<readonly Exported[]> {
  await using receiver = await otlpReceiver()
  const settings = tracingSettings.parse({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
  const tracing = await openTracing('porter', settings, silentLog)
  const answersBell = handler(BellRung, async () => void (await handle()))
  const porter = endpoint({ name: 'porter', handlers: [answersBell], recoverability: { immediate: 0, delayed: [] } })
  await using system = await startInMemory([porter], { spans: () => tracing.spans })
  await system.publish(BellRung({ door: 'front' }))
  await system.settled()
  await tracing.close()
  return [...receiver.spans]
}
