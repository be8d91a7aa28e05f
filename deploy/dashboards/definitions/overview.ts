import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { board, type Row, uidOf } from '../grafana/board.ts'
import { bars, figure } from '../grafana/figures.ts'
import { graph } from '../grafana/graph.ts'
import { status } from '../grafana/palette.ts'
import { gauge, increase, mainGroups, max, orZero, percentile, rate, sum } from '../grafana/promql.ts'
import { endpointTable } from './endpointTable.ts'
import { answerTime, refusedShare } from './front.ts'

/** For who has just been woken: is it bad, for whom, and where. */
export const overview = (): Dashboard =>
  board({
    name: 'overview',
    title: 'overview',
    description: 'Whether customers are served, whether every service keeps up, and whether somebody has to do something.',
    rows: [glance(), customers(), steps(), services(), waiting(), people()],
  })

const glance = (): Row => ({
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

const customers = (): Row => ({
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

const steps = (): Row => ({
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

const services = (): Row => ({
  question: 'Which service is it?',
  panels: [endpointTable(`/d/${uidOf('subscriber')}?var-endpoint=\${__value.raw}&\${__url_time_range}`)],
})

const waiting = (): Row => ({
  question: 'What waits, and for how long?',
  panels: [
    graph(
      {
        title: 'Messages that wait, by service',
        description: 'One that grows without end needs replicas, or what it calls is slow: open its dashboard.',
        unit: 'short',
        alert: 'LagRisesAtMaxReplicas',
        width: 12,
      },
      [[sum(gauge('kafka_consumergroup_lag', mainGroups), 'consumergroup'), '{{consumergroup}}']],
      { stacked: true },
    ),
    graph(
      {
        title: 'Age of the oldest message that waits, by service',
        description:
          'What a customer feels. It rises by one second a second while nothing is handled: then the group stands still.',
        unit: 's',
        alert: 'PartitionStandsStill',
        width: 12,
      },
      [[max(gauge('kafka_consumergroup_lag_seconds', mainGroups), 'consumergroup'), '{{consumergroup}}']],
      { limits: { fail: 60 } },
    ),
  ],
})

const people = (): Row => ({
  question: 'Does a person have to do something?',
  panels: [
    graph(
      {
        title: 'Tries that failed, by service',
        description:
          'They are tried again by themselves. Many of one service: what it calls is away, or its last version has a bug.',
        unit: 'mps',
        width: 9,
      },
      [[orZero(sum(rate('petrel_messages_failed_total'), 'endpoint'), 'endpoint'), '{{endpoint}}']],
    ),
    graph(
      {
        title: 'Messages given up, by service',
        description: 'How many became dead letters since the point before. Each waits for a person now.',
        unit: 'short',
        alert: 'DeadLettersWaiting',
        width: 8,
      },
      [[orZero(sum(increase('petrel_messages_dead_lettered_total'), 'endpoint'), 'endpoint'), '{{endpoint}}']],
    ),
    bars(
      {
        title: 'Dead letters that wait',
        description: 'By service. `npx petrel failures` says why each failed. Mend that, then `npx petrel replay <service>`.',
        unit: 'short',
        alert: 'DeadLettersWaiting',
        width: 7,
      },
      [max(gauge('petrel_dead_letters'), 'endpoint_of'), '{{endpoint_of}}'],
      { fail: 1 },
    ),
  ],
})
