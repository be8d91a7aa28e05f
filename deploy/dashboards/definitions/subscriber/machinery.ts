import type { Row } from '../../grafana/board.ts'
import { graph } from '../../grafana/graph.ts'
import { status } from '../../grafana/palette.ts'
import { gauge, groupOfEndpoint, increase, max, rate, sum } from '../../grafana/promql.ts'
import { ofEndpoint } from './keepsUp.ts'

export const group = (): Row => ({
  question: 'Is its group steady?',
  panels: [
    graph(
      {
        title: 'Members',
        description: 'Of the group for messages. Fewer than replicas: one cannot join, look at its log.',
        unit: 'short',
        alert: 'GroupWithoutMembers',
        width: 5,
      },
      [
        [max(gauge('kafka_consumergroup_members', groupOfEndpoint)), 'as Kafka says'],
        [sum(gauge('petrel_group_member', `${ofEndpoint}, group!~".+[.]retry"`)), 'as its processes say'],
      ],
      { colors: { as: '#8a99a5', 'as Kafka': '#2b8fb3' } },
    ),
    graph(
      {
        title: 'Rebalances',
        description:
          'One for each replica that comes or goes. Many without that: processes are too busy to answer Kafka in time.',
        unit: 'short',
        alert: 'RebalanceStorm',
        width: 5,
      },
      [[max(increase('petrel_rebalances_total', ofEndpoint), 'group'), '{{group}}']],
    ),
    graph(
      {
        title: 'Time lost to rebalances',
        description: 'The share of time in which lanes stood still for them.',
        unit: 'percentunit',
        alert: 'RebalanceStorm',
        width: 5,
      },
      [[max(rate('petrel_rebalance_seconds_total', ofEndpoint), 'group'), '{{group}}']],
    ),
    graph(
      {
        title: 'Lanes',
        description: 'Busy: how many work now. Stuck: how long the slowest has not moved, in seconds: a handler hangs.',
        unit: 'short',
        alert: 'PartitionStandsStill',
        width: 5,
      },
      [
        [sum(gauge('petrel_lanes_busy', ofEndpoint)), 'busy'],
        [max(gauge('petrel_lane_stuck_seconds', ofEndpoint)), 'stuck for'],
      ],
      {
        left: 'lanes',
        right: { names: '/^stuck/', unit: 's', label: 'stuck' },
        colors: { busy: '#2b8fb3', stuck: status.wait },
      },
    ),
    graph(
      {
        title: 'Topics that are not there',
        description: 'Somebody has deleted them; the others are read. `npx petrel deploy` makes them again.',
        unit: 'short',
        alert: 'TopicMissing',
        width: 4,
      },
      [[max(gauge('petrel_topics_missing', ofEndpoint), 'group'), '{{group}}']],
      { limits: { fail: 1 } },
    ),
  ],
})

export const store = (): Row => ({
  question: 'Does its store keep up?',
  panels: [
    graph(
      {
        title: 'Outbox: rows that wait for Kafka',
        description: 'Near 0 while Kafka answers. It grows: Kafka is away, or refuses a record; the log says which.',
        unit: 'short',
        alert: 'OutboxOld',
        width: 6,
      },
      [[max(gauge('petrel_outbox_rows', ofEndpoint)), 'rows']],
    ),
    graph(
      {
        title: 'Outbox and schedule: how late',
        description: 'Oldest: age of the oldest row that waits for Kafka. Overdue: how late the oldest scheduled message is.',
        unit: 's',
        alert: 'ScheduledMessageLate',
        width: 6,
      },
      [
        [max(gauge('petrel_outbox_oldest_age_seconds', ofEndpoint)), 'oldest in the outbox'],
        [max(gauge('petrel_scheduled_oldest_overdue_seconds', ofEndpoint)), 'overdue'],
      ],
      { colors: { oldest: '#2b8fb3', overdue: status.wait } },
    ),
    graph(
      {
        title: 'Inbox and scheduled messages',
        description: 'The inbox holds ids for seven days, and then forgets them. One that only grows is not cleaned.',
        unit: 'short',
        width: 6,
      },
      [
        [max(gauge('petrel_inbox_rows', ofEndpoint)), 'inbox (estimate)'],
        [max(gauge('petrel_scheduled_messages', ofEndpoint)), 'scheduled'],
      ],
      { colors: { inbox: '#8f6ae0', scheduled: status.wait } },
    ),
    graph(
      {
        title: 'Sagas',
        description: 'Open ones wait for a message or a time. They grow without end: one of their messages does not come.',
        unit: 'short',
        width: 6,
      },
      [[max(gauge('petrel_sagas', ofEndpoint), 'saga', 'state'), '{{saga}} {{state}}']],
    ),
  ],
})

export const process = (): Row => ({
  question: 'Is its process well?',
  panels: [
    graph(
      {
        title: 'Event-loop delay, p99',
        description: 'Over 100 ms: something computes too long in one piece, or the node has too little CPU.',
        unit: 's',
        width: 6,
      },
      [[max(gauge('nodejs_eventloop_lag_p99_seconds', ofEndpoint), 'instance'), '{{instance}}']],
      { limits: { wait: 0.1 } },
    ),
    graph(
      {
        title: 'CPU',
        description: 'Cores. A Node process uses little more than one: at one, more replicas help.',
        unit: 'short',
        width: 6,
      },
      [[max(rate('process_cpu_seconds_total', ofEndpoint), 'instance'), '{{instance}}']],
      { limits: { wait: 1 } },
    ),
    graph(
      {
        title: 'Memory',
        description: 'Resident. Its limit in the chart is 256 MiB; a pod beyond its limit is killed.',
        unit: 'bytes',
        width: 6,
      },
      [[max(gauge('process_resident_memory_bytes', ofEndpoint), 'instance'), '{{instance}}']],
    ),
    graph(
      {
        title: 'Age of its processes',
        description: 'A line that falls to 0 is a restart. Many: `kubectl describe pod` and `npx petrel doctor` say why.',
        unit: 's',
        width: 6,
      },
      [[`time() - ${max(gauge('process_start_time_seconds', ofEndpoint), 'instance')}`, '{{instance}}']],
    ),
  ],
})
