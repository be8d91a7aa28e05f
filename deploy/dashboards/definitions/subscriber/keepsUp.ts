import type { Row } from '../../grafana/board.ts'
import { figure } from '../../grafana/figures.ts'
import { graph } from '../../grafana/graph.ts'
import { status } from '../../grafana/palette.ts'
import { gauge, groupOfEndpoint, max, percentile, rate, sum } from '../../grafana/promql.ts'

export const ofEndpoint = 'endpoint="$endpoint"'

export const figures = (): Row => ({
  question: 'Is $endpoint well?',
  panels: [
    figure(
      {
        title: 'Handled',
        description: 'Messages that were handled and saved, per second.',
        unit: 'mps',
        width: 4,
      },
      [sum(rate('petrel_messages_handled_total', ofEndpoint)), 'handled'],
      { decimals: 1 },
    ),
    figure(
      {
        title: 'Waiting',
        description: 'Messages in its topics that it has not handled yet. Does it shrink? Then only wait.',
        unit: 'short',
        alert: 'LagAgeOverObjective',
        width: 4,
      },
      [sum(gauge('kafka_consumergroup_lag', groupOfEndpoint)), 'waiting'],
    ),
    figure(
      {
        title: 'Oldest waiting',
        description: 'Age of the oldest message that waits. Over a minute: look at replicas and at what the service calls.',
        unit: 's',
        alert: 'LagAgeOverObjective',
        width: 4,
      },
      [max(gauge('kafka_consumergroup_lag_seconds', groupOfEndpoint)), 'oldest'],
      { limits: { wait: 30, fail: 60 } },
    ),
    figure(
      {
        title: 'Critical time, p95',
        description: 'From when a message was sent until it is handled and saved, for 19 of 20.',
        unit: 's',
        alert: 'LagAgeOverObjective',
        width: 4,
      },
      [percentile(0.95, 'petrel_critical_time_seconds', ofEndpoint), 'p95'],
      { limits: { wait: 30, fail: 60 } },
    ),
    figure(
      {
        title: 'Dead letters',
        description: 'They wait for a person: `npx petrel failures` says why, `npx petrel replay $endpoint` sends them back.',
        unit: 'short',
        alert: 'DeadLettersWaiting',
        width: 4,
      },
      [max(gauge('petrel_dead_letters', 'endpoint_of="$endpoint"')), 'dead letters'],
      { limits: { fail: 1 } },
    ),
    figure(
      {
        title: 'Members of its group',
        description: 'Processes that share its partitions. None, and something waits: nobody works.',
        unit: 'short',
        alert: 'GroupWithoutMembers',
        width: 4,
      },
      [max(gauge('kafka_consumergroup_members', groupOfEndpoint)), 'members'],
      { decimals: 0 },
    ),
  ],
})

/** Kubernetes knows a Deployment by its release and the service: `shop-billing`. */
const deployment = 'deployment=~"(.+-)?$endpoint"'

export const keepsUp = (): Row => ({
  question: 'Does it keep up, and do replicas follow?',
  panels: [
    graph(
      {
        title: 'In and out',
        description: 'Received above handled: it falls behind. Handled far above sent is normal for what only stores.',
        unit: 'mps',
        width: 10,
        height: 9,
      },
      [
        [sum(rate('messaging_client_consumed_messages_total', ofEndpoint)), 'received'],
        [sum(rate('petrel_messages_handled_total', ofEndpoint)), 'handled'],
        [sum(rate('messaging_client_sent_messages_total', ofEndpoint)), 'sent'],
      ],
      { colors: { received: '#8a99a5', handled: '#2b8fb3', sent: '#8f6ae0' } },
    ),
    graph(
      {
        title: 'Waiting messages and replicas',
        description:
          'Replicas follow the lag, with a delay, up to one for each partition. Lag that rises while ready is at max: more ' +
          'replicas do not help, the handler or what it calls has to be faster. On a cluster only: wanted, ready and max.',
        unit: 'short',
        alert: 'LagRisesAtMaxReplicas',
        width: 14,
        height: 9,
      },
      [
        [sum(gauge('kafka_consumergroup_lag', groupOfEndpoint)), 'waiting'],
        [max(gauge('kafka_consumergroup_members', groupOfEndpoint)), 'members of the group'],
        [max(gauge('kube_deployment_spec_replicas', deployment)), 'replicas wanted'],
        [max(gauge('kube_deployment_status_replicas_ready', deployment)), 'replicas ready'],
        [
          max(gauge('kube_horizontalpodautoscaler_spec_max_replicas', 'horizontalpodautoscaler=~"(keda-hpa-)?(.+-)?$endpoint"')),
          'replicas at most',
        ],
      ],
      {
        left: 'messages',
        right: { names: '/^(members|replicas)/', unit: 'short', label: 'replicas' },
        colors: {
          waiting: '#2b8fb3',
          members: '#8a99a5',
          'replicas wanted': status.wait,
          'replicas ready': status.ok,
          'replicas at most': status.fail,
        },
      },
    ),
  ],
})
