import type { PanelBuilder } from '@grafana/grafana-foundation-sdk/table'
import { gauge, mainGroups, max, percentile, rate, renamed, sum } from '../grafana/promql.ts'
import { table } from '../grafana/table.ts'

/** A group has the name of its endpoint. */
const ofEndpoint = (expression: string) => renamed(expression, 'consumergroup', 'endpoint')

/** Other processes have metrics, too, and would be rows without anything in them. */
const onlyEndpoints = (expression: string) => `${expression} and on (endpoint) ${gauge('petrel_lanes_busy')}`

/** All services side by side, the one that customers wait for longest on top. */
export const endpointTable = (link: string): PanelBuilder =>
  table(
    {
      title: 'All services',
      description: 'A click on a name opens its dashboard. Members 0 with something waiting: its pods are not there.',
      alert: 'GroupWithoutMembers',
      width: 24,
      height: 9,
    },
    { by: { endpoint: 'Service' }, link, sortedBy: 'Oldest' },
    [
      { name: 'Received', expression: sum(rate('messaging_client_consumed_messages_total'), 'endpoint'), unit: 'mps' },
      { name: 'Handled', expression: sum(rate('petrel_messages_handled_total'), 'endpoint'), unit: 'mps' },
      { name: 'Sent', expression: sum(rate('messaging_client_sent_messages_total'), 'endpoint'), unit: 'mps' },
      {
        name: 'Waiting',
        expression: sum(ofEndpoint(gauge('kafka_consumergroup_lag', mainGroups)), 'endpoint'),
        unit: 'short',
      },
      {
        name: 'Oldest',
        expression: max(ofEndpoint(gauge('kafka_consumergroup_lag_seconds', mainGroups)), 'endpoint'),
        unit: 's',
        limits: { wait: 30, fail: 60 },
      },
      {
        name: 'Processing p95',
        expression: percentile(0.95, 'messaging_process_duration_seconds', '', 'endpoint'),
        unit: 's',
      },
      {
        name: 'Critical p95',
        expression: percentile(0.95, 'petrel_critical_time_seconds', '', 'endpoint'),
        unit: 's',
        limits: { wait: 30, fail: 60 },
      },
      {
        name: 'Members',
        expression: max(ofEndpoint(gauge('kafka_consumergroup_members', mainGroups)), 'endpoint'),
        unit: 'short',
      },
      {
        name: 'Dead letters',
        expression: max(renamed(gauge('petrel_dead_letters'), 'endpoint_of', 'endpoint'), 'endpoint'),
        unit: 'short',
        limits: { fail: 1 },
      },
      {
        name: 'Event loop p99',
        expression: onlyEndpoints(max(gauge('nodejs_eventloop_lag_p99_seconds'), 'endpoint')),
        unit: 's',
        limits: { wait: 0.1, fail: 0.5 },
      },
    ],
  )
