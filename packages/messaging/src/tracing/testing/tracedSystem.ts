import { randomBytes } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { drawTrace } from '../../../../../test/support/otlp/drawTrace.ts'
import type { Exported } from '../../../../../test/support/otlp/readExport.ts'
import { type OtlpReceiver, otlpReceiver } from '../../../../../test/support/otlp/receiver.ts'
import type { Endpoint } from '../../definition/endpoint.ts'
import type { Message } from '../../definition/message.ts'
import { type TestSystem, testSystem } from '../../engine/testing/testSystem.ts'
import { silentLog } from '../../log.ts'
import { type Environment, readEnvironment, tracingSettings } from '../../settings.ts'
import { openTracing, type ProcessTracing } from '../openTracing.ts'

/** A trace that somebody else has begun, and sends us messages from. */
export interface ForeignTrace {
  readonly traceId: string
  readonly spanId: string
  readonly headers: { readonly traceparent: string }
}

export function foreignTrace({ recorded = true } = {}): ForeignTrace {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')]
  return { traceId, spanId, headers: { traceparent: `00-${traceId}-${spanId}-0${recorded ? 1 : 0}` } }
}

export interface TracedSystem extends TestSystem {
  readonly receiver: OtlpReceiver
  readonly tracing: ProcessTracing
  /** Publishes a message from within a trace. @returns its id */
  publishFrom(trace: ForeignTrace, message: Message): Promise<string>
  /** All spans that have ended; after that no more are recorded. */
  exported(): Promise<readonly Exported[]>
  /** {@link exported}, one trace of it, drawn. */
  drawn(trace: ForeignTrace, describe?: (span: Exported) => string): Promise<string[]>
}

/** A system in memory whose processes send spans to a real collector of this test. */
export async function tracedSystem(endpoint: Endpoint, environment: Environment = {}): Promise<TracedSystem> {
  const receiver = await otlpReceiver()
  onTestFinished(() => receiver.close())
  const settings = readEnvironment(tracingSettings, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...environment })
  const tracing = await openTracing(endpoint.name, settings, silentLog)
  onTestFinished(() => tracing.close())
  const system = await testSystem(endpoint, { spans: tracing.spans })
  const exported = async () => {
    await tracing.close()
    return receiver.spans
  }
  return {
    ...system,
    receiver,
    tracing,
    exported,
    async publishFrom({ headers }, message) {
      const [id = ''] = await system.publish({ message, headers })
      return id
    },
    async drawn({ traceId }, describe) {
      await exported()
      return drawTrace(receiver.trace(traceId), describe)
    },
  }
}
