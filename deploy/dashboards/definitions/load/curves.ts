import type { Row } from '../../grafana/board.ts'
import { graph } from '../../grafana/graph.ts'
import { status } from '../../grafana/palette.ts'
import { orZero, percentile, rate, sum } from '../../grafana/promql.ts'
import { answerTime } from '../front.ts'
import { messagesThatWait, messagesThatWaitForTheirTime } from '../waitingMessages.ts'

export const felt = (): Row => ({
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

export const levelled = (): Row => ({
  question: 'What did the queue take upon itself?',
  panels: [
    messagesThatWait('It grows during the blast and falls in a straight line after it: backlog ÷ rate is the time to drain.', {
      width: 12,
      height: 9,
    }),
    messagesThatWaitForTheirTime({ width: 12, height: 9 }),
    graph(
      {
        title: 'Critical time, p95, by service',
        description: 'How long an order took until that service was done with it.',
        unit: 's',
        width: 8,
      },
      [[percentile(0.95, 'petrel_critical_time_seconds', '', 'endpoint'), '{{endpoint}}']],
    ),
    graph(
      {
        title: 'Tries that failed, by service',
        description: 'Retries and a rate-limited gateway are weather; dead letters are not.',
        unit: 'mps',
        width: 8,
      },
      [[orZero(sum(rate('petrel_messages_failed_total'), 'endpoint'), 'endpoint'), '{{endpoint}}']],
    ),
    graph(
      {
        title: 'CPU by service',
        description: 'Cores. All together at what the machine has: the machine was the limit, not the shop.',
        unit: 'short',
        width: 8,
      },
      [[sum(rate('process_cpu_seconds_total', 'endpoint!=""'), 'endpoint'), '{{endpoint}}']],
      { stacked: true },
    ),
  ],
})

export const sent = (): Row => ({
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
