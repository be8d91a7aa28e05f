import type { Row } from '../../grafana/board.ts'
import { graph } from '../../grafana/graph.ts'
import { status } from '../../grafana/palette.ts'
import { gauge, increase, max, orZero, rate, sum } from '../../grafana/promql.ts'
import { ofEndpoint } from './keepsUp.ts'

export const failures = (): Row => ({
  question: 'What fails, and does it heal?',
  panels: [
    graph(
      {
        title: 'Tries that failed, by error',
        description: 'One kind of error in many messages: something it calls. In all messages: its last version.',
        unit: 'mps',
        width: 8,
      },
      [[orZero(sum(rate('petrel_messages_failed_total', ofEndpoint), 'error_type'), 'error_type'), '{{error_type}}']],
    ),
    graph(
      {
        title: 'Retries by attempt',
        description: 'Delayed retries that go from 1 to 3 do not heal: the messages become dead letters after the last.',
        unit: 'mps',
        width: 8,
      },
      [[orZero(sum(rate('petrel_messages_retried_total', ofEndpoint), 'kind', 'attempt'), 'kind'), '{{kind}} {{attempt}}']],
      {
        stacked: true,
        colors: {
          immediate: '#8fc1d4',
          'delayed 1': '#e6c07a',
          'delayed 2': status.wait,
          'delayed 3': status.fail,
          postponed: '#8a99a5',
        },
      },
    ),
    graph(
      {
        title: 'Dead letters, waiting and new',
        description: 'Those that wait, and those that came since the point before. Mend what they say, then replay them.',
        unit: 'short',
        alert: 'DeadLettersWaiting',
        width: 8,
      },
      [
        [max(gauge('petrel_dead_letters', 'endpoint_of="$endpoint"')), 'waiting'],
        [orZero(sum(increase('petrel_messages_dead_lettered_total', ofEndpoint))), 'new'],
      ],
      { colors: { waiting: status.fail, new: status.wait } },
    ),
    graph(
      {
        title: 'Duplicates dropped',
        description: 'Messages that came twice and were handled once: that is the inbox at work. Many: look at the rebalances.',
        unit: 'mps',
        width: 8,
      },
      [[sum(rate('petrel_duplicates_dropped_total', ofEndpoint)), 'dropped']],
      { colors: { dropped: '#8f6ae0' } },
    ),
    graph(
      {
        title: 'Records lost to retention',
        description: 'Kafka deleted them before they were handled. Must be 0: longer retention, and the work behind it by hand.',
        unit: 'short',
        width: 8,
      },
      [[orZero(sum(increase('petrel_records_lost_to_retention_total', ofEndpoint), 'topic'), 'topic'), '{{topic}}']],
    ),
    graph(
      {
        title: 'Outage guard',
        description: 'On (1): much failed in a row, so messages are tried one at a time, until one goes well.',
        unit: 'bool_on_off',
        width: 8,
      },
      [[max(gauge('petrel_outage_guard_on', ofEndpoint)), 'guard']],
      { colors: { guard: status.wait }, upTo: 1 },
    ),
  ],
})
