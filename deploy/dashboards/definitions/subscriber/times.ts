import type { Row } from '../../grafana/board.ts'
import { graph } from '../../grafana/graph.ts'
import { heat, spread } from '../../grafana/heat.ts'
import { gauge, groupOfEndpoint, increase, max, mean, percentile, sum } from '../../grafana/promql.ts'
import { ofEndpoint } from './keepsUp.ts'

export const waiting = (): Row => ({
  question: 'Where does it wait, and for how long?',
  panels: [
    heat(
      {
        title: 'Waiting messages by partition',
        description:
          'All rows dark: it is too slow. One row dark: its lane stands still, or one customer sends very much; look for a ' +
          'handler that hangs.',
        unit: 'short',
        alert: 'PartitionStandsStill',
        width: 12,
      },
      [sum(gauge('kafka_consumergroup_lag', groupOfEndpoint), 'partition'), '{{partition}}'],
    ),
    graph(
      {
        title: 'Age of the oldest waiting message, by topic',
        description: 'A line that rises by one second a second: nothing of that topic is handled.',
        unit: 's',
        alert: 'PartitionStandsStill',
        width: 12,
      },
      [[max(gauge('kafka_consumergroup_lag_seconds', groupOfEndpoint), 'topic'), '{{topic}}']],
      { limits: { fail: 60 } },
    ),
  ],
})

export const times = (): Row => ({
  question: 'How long does a message take?',
  panels: [
    graph(
      {
        title: 'Processing time',
        description: 'How long handlers take. When it rises, what they call is slow: the database, or another system.',
        unit: 's',
        width: 8,
      },
      percentiles('messaging_process_duration_seconds'),
    ),
    graph(
      {
        title: 'Critical time',
        description: 'From sent until handled and saved: waiting and processing together. Far above processing time: it waits.',
        unit: 's',
        alert: 'LagAgeOverObjective',
        width: 8,
      },
      percentiles('petrel_critical_time_seconds'),
      { limits: { fail: 60 } },
    ),
    spread(
      {
        title: 'Critical time, how it is spread',
        description: 'Two bands: some messages take another way, through a retry topic for example. One that climbs: a backlog.',
        unit: 'short',
        width: 8,
      },
      [sum(increase('petrel_critical_time_seconds_bucket', ofEndpoint), 'le'), '{{le}}'],
      's',
    ),
    graph(
      {
        title: 'Processing time by message, p95',
        description: 'Which of its messages is slow. A slow handler can be split off to an endpoint of its own.',
        unit: 's',
        width: 8,
      },
      [[percentile(0.95, 'messaging_process_duration_seconds', ofEndpoint, 'message_type'), '{{message_type}}']],
    ),
    graph(
      {
        title: 'Saving and publishing, p95',
        description: 'Save: the commit in the store. Publish: until Kafka has it. High: look at PostgreSQL, or at Kafka.',
        unit: 's',
        width: 8,
      },
      [
        [percentile(0.95, 'petrel_save_duration_seconds', ofEndpoint), 'save'],
        [percentile(0.95, 'petrel_publish_duration_seconds', ofEndpoint), 'publish'],
      ],
      { colors: { save: '#2b8fb3', publish: '#8f6ae0' } },
    ),
    graph(
      {
        title: 'Messages in a batch',
        description: 'They grow by themselves when more waits, and make it cheaper. Always 1 under load: the outage guard is on.',
        unit: 'short',
        width: 8,
      },
      [
        [mean('petrel_batch_size', ofEndpoint), 'on average'],
        [percentile(0.95, 'petrel_batch_size', ofEndpoint), 'p95'],
      ],
    ),
  ],
})

const percentiles = (histogram: string) =>
  [0.5, 0.95, 0.99].map((quantile) => [percentile(quantile, histogram, ofEndpoint), `p${quantile * 100}`] as const)
