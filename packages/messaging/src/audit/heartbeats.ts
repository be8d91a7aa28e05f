import { hostname } from 'node:os'
import { milliseconds } from '../definition/duration.ts'
import type { Endpoint } from '../definition/endpoint.ts'
import type { EndpointStatus } from '../engine/status.ts'
import type { Heartbeat } from './audit.ts'
import { endpointDefinition } from './endpointDefinition.ts'

export interface HeartbeatOptions {
  readonly endpoint: Endpoint
  readonly prefix: string
  /** Of the program that runs the endpoint. */
  readonly version: string
  readonly status: () => Pick<EndpointStatus, 'ready' | 'outageGuard'>
  /** @returns whether it has arrived */
  readonly send: (heartbeat: Heartbeat) => Promise<boolean>
}

const everyMs = milliseconds('10s')
/** A definition is some kilobytes. Audits are kept for days, so whoever begins to read finds one before long. */
const definitionEveryMs = milliseconds('10m')

/**
 * Tells every ten seconds that the process is there, from now on. One that cannot be sent is missing, and nothing else.
 * @returns what ends it: the last one says that the process stops in order
 */
export function sendHeartbeats({ endpoint, prefix, version, status, send }: HeartbeatOptions): { stop(): Promise<void> } {
  const definition = JSON.stringify(endpointDefinition(endpoint, prefix))
  const own = { startedAt: Date.now(), everyMs, version, host: hostname(), pid: process.pid }
  let definedAt = -Infinity
  let isArriving = false
  let underWay: Promise<void> | undefined

  const beat = async (stopping: boolean) => {
    const now = Date.now()
    const isDefining = now - definedAt >= definitionEveryMs
    const { ready, outageGuard } = status()
    const heartbeat = { ...own, ready, outageGuard: outageGuard.on, stopping, definition: isDefining ? definition : null }
    isArriving = await send(heartbeat)
    if (isArriving && isDefining) definedAt = now
  }
  const beatUnlessUnderWay = () => {
    underWay ??= beat(false).finally(() => (underWay = undefined))
  }
  const timer = setInterval(beatUnlessUnderWay, everyMs).unref()
  beatUnlessUnderWay()
  return {
    async stop() {
      clearInterval(timer)
      await underWay
      // A broker that is away does not keep the process from ending.
      if (isArriving) await beat(true)
    },
  }
}
