import { type Row, uidOf } from '../../grafana/board.ts'
import { bars } from '../../grafana/figures.ts'
import { graph } from '../../grafana/graph.ts'
import { gauge, increase, mainGroups, max, orZero, rate, sum } from '../../grafana/promql.ts'
import { endpointTable } from '../endpointTable.ts'
import { messagesThatWait, messagesThatWaitForTheirTime } from '../waitingMessages.ts'

export const services = (): Row => ({
  question: 'Which service is it?',
  panels: [endpointTable(`/d/${uidOf('subscriber')}?var-endpoint=\${__value.raw}&\${__url_time_range}`)],
})

export const waiting = (): Row => ({
  question: 'What waits, and for how long?',
  panels: [
    messagesThatWait('One that grows without end needs replicas, or what it calls is slow: open its dashboard.', { width: 8 }),
    messagesThatWaitForTheirTime({ width: 8 }),
    graph(
      {
        title: 'Age of the oldest message that waits, by service',
        description:
          'What a customer feels. It rises by one second a second while nothing is handled: then the group stands still.',
        unit: 's',
        alert: 'PartitionStandsStill',
        width: 8,
      },
      [[max(gauge('kafka_consumergroup_lag_seconds', mainGroups), 'consumergroup'), '{{consumergroup}}']],
      { limits: { fail: 60 } },
    ),
  ],
})

export const people = (): Row => ({
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
