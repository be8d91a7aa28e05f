import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { board, type Row } from '../grafana/board.ts'
import { figure } from '../grafana/figures.ts'
import { graph } from '../grafana/graph.ts'
import { heat } from '../grafana/heat.ts'
import { gauge, mainGroups, max, speed, sum } from '../grafana/promql.ts'

export const kafka = (): Dashboard =>
  board({
    name: 'kafka',
    title: 'Kafka',
    description: 'Whether Kafka is whole, what goes through it, and who is behind.',
    rows: [whole(), through(), behind()],
  })

const whole = (): Row => ({
  question: 'Is Kafka whole?',
  panels: [
    figure(
      {
        title: 'Brokers',
        description: 'Those that answer. Fewer than were installed: one is down, and partitions have fewer copies.',
        unit: 'short',
        alert: 'LagUnknown',
        width: 6,
      },
      [max(gauge('kafka_brokers')), 'brokers'],
      { decimals: 0 },
    ),
    figure(
      {
        title: 'Partitions with too few copies',
        description: 'More than 0: a broker is away or slow. Another one less, and writing stops; bring it back first.',
        unit: 'short',
        width: 6,
      },
      [sum(max(gauge('kafka_topic_partition_under_replicated_partition'), 'topic', 'partition')), 'partitions'],
      { limits: { fail: 1 }, decimals: 0 },
    ),
    figure(
      {
        title: 'Records in',
        description: 'Of all topics together, those of retries included.',
        unit: 'rps',
        width: 6,
      },
      [sum(speed('kafka_topic_partition_current_offset')), 'records'],
      { decimals: 1 },
    ),
    figure(
      {
        title: 'Waiting',
        description: 'Of all groups, those that wait on purpose, for a retry, too.',
        unit: 'short',
        width: 6,
      },
      [sum(gauge('kafka_consumergroup_lag')), 'waiting'],
    ),
  ],
})

/** Chosen once for all of the time, and not anew at each point of it: otherwise there would be many more. */
const ofTheLargest = `and on (topic) topk(10, ${sum(
  `max_over_time(${gauge('kafka_topic_partition_current_offset')}[$__range] @ end())`,
  'topic',
)})`

const through = (): Row => ({
  question: 'What goes through which topic?',
  panels: [
    graph(
      {
        title: 'Records in, by topic',
        description: 'Of the ten topics with most records. An event is written once, however many hear it.',
        unit: 'rps',
        width: 12,
        height: 10,
      },
      [[`${sum(speed('kafka_topic_partition_current_offset'), 'topic')} ${ofTheLargest}`, '{{topic}}']],
    ),
    graph(
      {
        title: 'Records kept, by topic',
        description: 'Of the ten topics with most records. They grow until retention deletes what is old.',
        unit: 'short',
        width: 12,
        height: 10,
      },
      [
        [
          `${sum(
            `(${gauge('kafka_topic_partition_current_offset')} - ${gauge('kafka_topic_partition_oldest_offset')})`,
            'topic',
          )} ${ofTheLargest}`,
          '{{topic}}',
        ],
      ],
    ),
  ],
})

const behind = (): Row => ({
  question: 'Who is behind?',
  panels: [
    graph(
      {
        title: 'Read by group',
        description: 'How fast each group commits. 0 while something waits: it stands still. Below 0: somebody moved it back.',
        unit: 'rps',
        alert: 'PartitionStandsStill',
        width: 12,
      },
      [[sum(speed('kafka_consumergroup_current_offset', mainGroups), 'consumergroup'), '{{consumergroup}}']],
    ),
    heat(
      {
        title: 'Waiting messages, by group',
        description: 'Where it is darkest, there is the bottleneck: open the dashboard of that subscriber.',
        unit: 'short',
        alert: 'LagAgeOverObjective',
        width: 12,
      },
      [sum(gauge('kafka_consumergroup_lag', mainGroups), 'consumergroup'), '{{consumergroup}}'],
    ),
    graph(
      {
        title: 'Members by group',
        description: 'A group at 0 is not served. Steps up and down are rebalances: each stops its group for a moment.',
        unit: 'short',
        alert: 'GroupWithoutMembers',
        width: 12,
      },
      [[max(gauge('kafka_consumergroup_members', mainGroups), 'consumergroup'), '{{consumergroup}}']],
    ),
    graph(
      {
        title: 'Waiting in retry groups',
        description: 'Messages that failed and are tried again when their time comes, and those that were postponed.',
        unit: 'short',
        width: 12,
      },
      [[sum(gauge('kafka_consumergroup_lag', 'consumergroup=~".+[.]retry"'), 'consumergroup'), '{{consumergroup}}']],
      { stacked: true },
    ),
  ],
})
