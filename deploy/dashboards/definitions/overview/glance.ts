import type { Row } from '../../grafana/board.ts'
import { figure } from '../../grafana/figures.ts'
import { gauge, mainGroups, max, rate, sum } from '../../grafana/promql.ts'
import { answerTime, refusedShare } from '../front.ts'

export const glance = (): Row => ({
  question: 'Is the shop well?',
  panels: [
    figure(
      {
        title: 'Orders taken',
        description: 'Orders that customers placed, per second. When it falls while visitors come, look at the answers below.',
        unit: 'count:orders/s',
        width: 4,
      },
      [sum(rate('shop_orders_placed_total')), 'orders'],
      { decimals: 1 },
    ),
    figure(
      {
        title: 'Answer time of the shop, p95',
        description:
          'How long the slowest of twenty requests takes. It must not follow the backlog: the queue is there for that.',
        unit: 's',
        alert: 'FrontEndSlow',
        width: 4,
      },
      [answerTime(0.95), 'p95'],
      { limits: { wait: 0.2, fail: 0.3 } },
    ),
    figure(
      {
        title: 'Requests that failed',
        description: 'The share of requests answered with 5xx. Look at the log of client-ui, and at its database.',
        unit: 'percentunit',
        alert: 'FrontEndErrorBudgetBurn',
        width: 4,
      },
      [refusedShare, 'failed'],
      { limits: { wait: 0.0001, fail: 0.001 } },
    ),
    figure(
      {
        title: 'Messages that wait',
        description:
          'In the topics of all services together. A backlog that shrinks is what a queue is for; one that grows is not.',
        unit: 'short',
        alert: 'LagAgeOverObjective',
        width: 4,
      },
      [sum(gauge('kafka_consumergroup_lag', mainGroups)), 'waiting'],
    ),
    figure(
      {
        title: 'Oldest message that waits',
        description: 'How long the unluckiest customer has waited. Over a minute: see below which service it waits for.',
        unit: 's',
        alert: 'LagAgeOverObjective',
        width: 4,
      },
      [max(gauge('kafka_consumergroup_lag_seconds', mainGroups)), 'oldest'],
      { limits: { wait: 30, fail: 60 } },
    ),
    figure(
      {
        title: 'Dead letters',
        description: 'Messages that wait for a person: `npx petrel failures` shows them, `npx petrel replay` sends them back.',
        unit: 'short',
        alert: 'DeadLettersWaiting',
        width: 4,
      },
      [sum(max(gauge('petrel_dead_letters'), 'endpoint_of')), 'dead letters'],
      { limits: { fail: 1 } },
    ),
  ],
})
