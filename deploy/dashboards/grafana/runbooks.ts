import { ConstantVariableBuilder } from '@grafana/grafana-foundation-sdk/dashboard'

/** Where nobody can look: until the chart's value `dashboards.runbooks`, or a person in Grafana, says where the pages are. */
export const nowhere = 'https://runbooks.invalid'

export const runbooksVariable = () => new ConstantVariableBuilder('runbooks').label('Where the runbooks are').value(nowhere)

/** Alerts that say the same as a panel. */
export type Alert =
  | 'DeadLettersWaiting'
  | 'FrontEndErrorBudgetBurn'
  | 'FrontEndSlow'
  | 'GroupWithoutMembers'
  | 'LagAgeOverObjective'
  | 'LagRisesAtMaxReplicas'
  | 'LagUnknown'
  | 'OutboxOld'
  | 'PartitionStandsStill'
  | 'RebalanceStorm'
  | 'ScheduledMessageLate'
  | 'TopicMissing'

/** An alert's page. In this repository it is docs/runbooks/<alert>.md. */
export const runbookAddress = (alert: Alert): string => `\${runbooks}/${alert}.md`
