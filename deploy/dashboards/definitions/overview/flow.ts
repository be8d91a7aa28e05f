import type { Row } from '../../grafana/board.ts'
import { bars } from '../../grafana/figures.ts'
import { graph } from '../../grafana/graph.ts'
import { status } from '../../grafana/palette.ts'
import { orZero, percentile, rate, sum } from '../../grafana/promql.ts'
import { answerTime } from '../front.ts'

export const customers = (): Row => ({
  question: 'Do customers get their answer at once, whatever waits behind?',
  panels: [
    graph(
      {
        title: 'Answer time of the shop',
        description:
          'Of all requests to client-ui. When p99 leaves p95 behind, single requests wait: for the database, or for CPU.',
        unit: 's',
        alert: 'FrontEndSlow',
        width: 12,
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
        title: 'Answers of the shop',
        description: 'By kind: 2xx are served, 4xx were wrong or too many, 5xx failed and burn the error budget.',
        unit: 'reqps',
        alert: 'FrontEndErrorBudgetBurn',
        width: 12,
      },
      [
        [sum(rate('http_server_request_duration_seconds_count', clientUi('[23]..'))), '2xx and 3xx'],
        [orZero(sum(rate('http_server_request_duration_seconds_count', clientUi('4..')))), '4xx'],
        [orZero(sum(rate('http_server_request_duration_seconds_count', clientUi('5..')))), '5xx'],
      ],
      { colors: { '2xx': status.ok, '4xx': status.wait, '5xx': status.fail } },
    ),
  ],
})

const clientUi = (answer: string) => `endpoint="client-ui", http_response_status_code=~"${answer}"`

export const steps = (): Row => ({
  question: 'At which step are orders held up?',
  panels: [
    graph(
      {
        title: 'Orders by step',
        description:
          'Where a line lies below the one before it, orders pile up before that service. All lie on each other when all keep up.',
        unit: 'count:orders/s',
        width: 16,
        height: 9,
      },
      [
        [sum(rate('shop_orders_placed_total')), 'client-ui: placed'],
        [sum(rate('shop_orders_accepted_total')), 'sales: accepted'],
        [sum(rate('shop_orders_billed_total')), 'billing: billed'],
        [sum(rate('shop_orders_shipped_total')), 'shipping: shipped'],
        [sum(rate('shop_mails_sent_total')), 'email: mails'],
        [orZero(sum(rate('shop_orders_declined_total'))), 'declined'],
      ],
      { colors: { declined: status.fail } },
    ),
    bars(
      {
        title: 'From click to done, p95',
        description: 'Critical time of each service: from when a message was sent until it is handled and saved.',
        unit: 's',
        alert: 'LagAgeOverObjective',
        width: 8,
        height: 9,
      },
      [percentile(0.95, 'petrel_critical_time_seconds', '', 'endpoint'), '{{endpoint}}'],
      { wait: 30, fail: 60 },
    ),
  ],
})
