import { stringify } from 'yaml'
import { front } from './front.ts'
import { defaultLagAgeSeconds, objectives, recorded } from './objectives.ts'
import type { Alert, Group, Recording } from './rule.ts'
import { subscribers } from './subscribers.ts'

/** All rules there are. */
export const groups = (): readonly Group[] => [recorded(objectives()), subscribers(defaultLagAgeSeconds()), front]

/** The pages of the alerts, from the root. */
export const runbookOf = ({ name }: Alert): string => `docs/runbooks/${name}.md`

/** A rules file of Prometheus: https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/ */
export const rulesFile = (all: readonly Group[] = groups()): string =>
  `# Made by \`npm run alerts\` of deploy/alerts/*.ts and of services/*/values.yaml, do not edit.\n${stringify(
    { groups: all.map(written) },
    { lineWidth: 0 },
  )}`

const written = ({ name, recordings = [], alerts = [] }: Group) => ({
  name,
  rules: [...recordings.map(writtenRecording), ...alerts.map(writtenAlert)],
})

const writtenRecording = ({ record, expr, labels }: Recording) => ({ record, expr, ...(labels && { labels }) })

const writtenAlert = (alert: Alert) => ({
  alert: alert.name,
  expr: alert.when,
  for: alert.for,
  labels: { severity: alert.severity },
  annotations: { summary: alert.summary, runbook: runbookOf(alert) },
})
