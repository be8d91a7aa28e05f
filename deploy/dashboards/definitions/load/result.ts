import type { Row } from '../../grafana/board.ts'
import { figure } from '../../grafana/figures.ts'
import { gauge, mainGroups, max, rate, sum } from '../../grafana/promql.ts'
import { answerTime, refusedShare } from '../front.ts'

export const result = (): Row => ({
  question: 'Did it hold?',
  panels: [
    figure(
      { title: 'Most orders taken', description: 'The peak of what customers placed.', unit: 'count:orders/s', width: 4 },
      [sum(rate('shop_orders_placed_total')), 'orders'],
      { which: 'highest', decimals: 0 },
    ),
    figure(
      {
        title: 'Slowest p95 of the shop',
        description: 'The worst moment. Over 300 ms customers felt the backlog: that must not be.',
        unit: 's',
        alert: 'FrontEndSlow',
        width: 4,
      },
      [answerTime(0.95), 'p95'],
      { which: 'highest', limits: { wait: 0.2, fail: 0.3 } },
    ),
    figure(
      {
        title: 'Most requests that failed',
        description: 'The worst moment. Over 0.1 % the campaign has failed.',
        unit: 'percentunit',
        alert: 'FrontEndErrorBudgetBurn',
        width: 4,
      },
      [refusedShare, 'failed'],
      { which: 'highest', limits: { fail: 0.001 } },
    ),
    figure(
      {
        title: 'Most that waited',
        description: 'The peak of the backlog. Near 0: nothing was levelled, and the campaign proves nothing.',
        unit: 'short',
        width: 4,
      },
      [sum(gauge('kafka_consumergroup_lag', mainGroups)), 'waiting'],
      { which: 'highest' },
    ),
    figure(
      { title: 'Longest wait', description: 'Of the unluckiest customer.', unit: 's', width: 4 },
      [max(gauge('kafka_consumergroup_lag_seconds', mainGroups)), 'oldest'],
      { which: 'highest' },
    ),
    figure(
      {
        title: 'Still waiting',
        description: 'At the end of the time that is shown. 0: it has drained.',
        unit: 'short',
        width: 4,
      },
      [sum(gauge('kafka_consumergroup_lag', mainGroups)), 'waiting'],
      { limits: { wait: 1 } },
    ),
  ],
})
