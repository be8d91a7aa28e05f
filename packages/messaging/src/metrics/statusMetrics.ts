import { longestStillMs } from '../engine/liveness.ts'
import { type EndpointStatus, waitForRecords } from '../engine/status.ts'
import { readGauge } from './readGauge.ts'
import type { MetricsRegistry } from './registry.ts'

/** Shows an endpoint's status at each scrape. */
export function statusMetrics(registry: MetricsRegistry, status: () => EndpointStatus, prefix: string): void {
  const gauge = (name: string, help: string, read: (now: EndpointStatus) => number) =>
    readGauge(registry, { name, help }, () => [[{}, read(status())]])
  gauge('petrel_outage_guard_on', '1 while messages are handled one at a time, because many in a row have failed', (now) =>
    now.outageGuard.on ? 1 : 0,
  )
  gauge('petrel_lanes_busy', 'Lanes that do something, or wait for store, broker or registry', busyLanes)
  gauge(
    'petrel_lane_stuck_seconds',
    'The longest time that a lane with work has begun nothing',
    (now) => longestStillMs(now, Date.now()) / 1000,
  )
  readGauge(
    registry,
    {
      name: 'petrel_group_member',
      help: '1 while the process is a member of its consumer group',
      labelNames: ['group'],
    },
    () => status().groups.map(({ group, joined }) => [{ group: group.slice(prefix.length) }, joined ? 1 : 0]),
  )
  readGauge(
    registry,
    { name: 'petrel_topics_missing', help: 'Topics of a consumer group that are not there', labelNames: ['group'] },
    () => status().groups.map(({ group, missingTopics = [] }) => [{ group: group.slice(prefix.length) }, missingTopics.length]),
  )
}

const busyLanes = ({ groups }: EndpointStatus) =>
  groups.flatMap(({ lanes }) => lanes).filter(({ doing }) => doing !== waitForRecords).length
