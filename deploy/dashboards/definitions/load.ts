import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { board, type Row } from '../grafana/board.ts'
import { figure } from '../grafana/figures.ts'
import { graph } from '../grafana/graph.ts'
import { status } from '../grafana/palette.ts'
import { gauge, mainGroups, max, orZero, percentile, rate, sum } from '../grafana/promql.ts'
import { answerTime, refusedShare } from './front.ts'

/** Before and behind the queue, side by side: what a campaign wants to show. */
export const load = (): Dashboard =>
  board({
    name: 'load',
    title: 'load campaign',
    description: 'What a load campaign sent, what customers felt, and what the queue took upon itself. Its phases are marked.',
    rows: [result(), felt(), levelled(), sent()],
  })

const result = (): Row => ({
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

const felt = (): Row => ({
  question: 'What did customers feel?',
  panels: [
    graph(
      {
        title: 'Answer time of the shop',
        description: 'It stays flat while the backlog grows: that is what the queue is for.',
        unit: 's',
        alert: 'FrontEndSlow',
        width: 12,
        height: 9,
      },
      [
        [answerTime(0.5), 'p50'],
        [answerTime(0.95), 'p95'],
        [answerTime(0.99), 'p99'],
      ],
      { limits: { fail: 0.3 } },
    ),
    graph(
      {
        title: 'Orders taken and orders finished',
        description: 'Between the two lines the queue grows; where the lower one is above, it drains.',
        unit: 'count:orders/s',
        width: 12,
        height: 9,
      },
      [
        [sum(rate('shop_orders_placed_total')), 'client-ui: placed'],
        [sum(rate('shop_orders_billed_total')), 'billing: billed'],
        [sum(rate('shop_orders_shipped_total')), 'shipping: shipped'],
        [sum(rate('shop_mails_sent_total')), 'email: mails'],
      ],
    ),
  ],
})

const levelled = (): Row => ({
  question: 'What did the queue take upon itself?',
  panels: [
    graph(
      {
        title: 'Messages that wait, by service',
        description: 'It grows during the blast and falls in a straight line after it: backlog ÷ rate is the time to drain.',
        unit: 'short',
        alert: 'LagRisesAtMaxReplicas',
        width: 12,
        height: 9,
      },
      [[sum(gauge('kafka_consumergroup_lag', mainGroups), 'consumergroup'), '{{consumergroup}}']],
      { stacked: true },
    ),
    graph(
      {
        title: 'Critical time, p95, by service',
        description: 'How long an order took until that service was done with it.',
        unit: 's',
        width: 12,
        height: 9,
      },
      [[percentile(0.95, 'petrel_critical_time_seconds', '', 'endpoint'), '{{endpoint}}']],
    ),
    graph(
      {
        title: 'Tries that failed, by service',
        description: 'Retries and a rate-limited gateway are weather; dead letters are not.',
        unit: 'mps',
        width: 12,
      },
      [[orZero(sum(rate('petrel_messages_failed_total'), 'endpoint'), 'endpoint'), '{{endpoint}}']],
    ),
    graph(
      {
        title: 'CPU by service',
        description: 'Cores. All together at what the machine has: the machine was the limit, not the shop.',
        unit: 'short',
        width: 12,
      },
      [[sum(rate('process_cpu_seconds_total', 'endpoint!=""'), 'endpoint'), '{{endpoint}}']],
      { stacked: true },
    ),
  ],
})

const sent = (): Row => ({
  question: 'Did the campaign send what it meant to?',
  panels: [
    graph(
      {
        title: 'Requests that k6 sent',
        description: 'The shape of the campaign. It must not bend when the shop is slow: arrivals do not wait for answers.',
        unit: 'reqps',
        width: 12,
      },
      [['sum by (name) (rate(k6_http_reqs_total{scenario!=""}[$__rate_interval]))', '{{name}}']],
    ),
    graph(
      {
        title: 'Arrivals that k6 could not make',
        description: 'Must be 0: otherwise k6 had too few virtual users, and the blast was not delivered.',
        unit: 'short',
        width: 12,
      },
      [['sum(increase(k6_dropped_iterations_total[$__rate_interval])) or vector(0)', 'dropped']],
      { colors: { dropped: status.fail } },
    ),
  ],
})
