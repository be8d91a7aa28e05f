import type { Heartbeat } from '../audit/audit.ts'
import { RecordRefused, TopicUnavailable } from '../broker/port.ts'
import type { EndpointRuntime } from './endpointRuntime.ts'

/** Publishes a heartbeat. @returns whether it is in the audit topic */
export async function publishHeartbeat(
  { audit, broker, log }: Pick<EndpointRuntime, 'audit' | 'broker' | 'log'>,
  heartbeat: Heartbeat,
): Promise<boolean> {
  const record = audit.heartbeat(heartbeat)
  if (record === undefined) return false
  if (audit.isHolding) {
    audit.hold([record])
    return false
  }
  try {
    await broker.publish([record])
    audit.published([record])
    return true
  } catch (error) {
    if (error instanceof TopicUnavailable) audit.hold([record])
    else if (error instanceof RecordRefused) audit.notTaken(error)
    else log.debug({ err: error }, 'a heartbeat is missing')
    return false
  }
}
