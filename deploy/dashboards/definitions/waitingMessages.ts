import { graph } from '../grafana/graph.ts'
import type { Words } from '../grafana/panel.ts'
import { gauge, mainGroups, max, sum } from '../grafana/promql.ts'

type Size = Pick<Words, 'width' | 'height'>

/** @param description what it says in the place where it is shown */
export const messagesThatWait = (description: string, size: Size) =>
  graph(
    { title: 'Messages that wait, by service', description, unit: 'short', alert: 'LagRisesAtMaxReplicas', ...size },
    [[sum(gauge('kafka_consumergroup_lag', mainGroups), 'consumergroup'), '{{consumergroup}}']],
    { stacked: true },
  )

export const messagesThatWaitForTheirTime = (size: Size) =>
  graph(
    {
      title: 'Messages that wait for their time, by service',
      description:
        'Postponed ones and timeouts. Many in billing: the payment gateway takes only so many a second, and they wait until it does.',
      unit: 'short',
      alert: 'ScheduledMessageLate',
      ...size,
    },
    [[max(gauge('petrel_scheduled_messages'), 'endpoint'), '{{endpoint}}']],
    { stacked: true },
  )
