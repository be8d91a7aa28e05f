import type { Alert, Group, Recording } from './rule.ts'

const requests = 'http_server_request_duration_seconds'

/** Of a thousand requests one may fail; over 30 days, that is the budget. */
const BUDGET = 0.001

const windows = ['5m', '30m', '1h', '6h', '3d'] as const
type Window = (typeof windows)[number]

const failedShare = (window: Window) => `petrel:front_failed_share:rate${window}`

const share = (window: Window): Recording => ({
  record: failedShare(window),
  expr: `sum by (namespace) (rate(${requests}_count{endpoint="client-ui", http_response_status_code=~"5.."}[${window}]))
/ sum by (namespace) (rate(${requests}_count{endpoint="client-ui"}[${window}]))`,
})

/**
 * The budget is burnt so many times too fast, and has been for the long window; the short one ends the alert soon after it is
 * over (https://sre.google/workbook/alerting-on-slos/, multiwindow, multi-burn-rate).
 */
const burn = (severity: Alert['severity'], ...pairs: [times: number, long: Window, short: Window][]): Alert => ({
  name: 'FrontEndErrorBudgetBurn',
  severity,
  when: pairs
    .map(([times, long, short]) => `(${failedShare(long)} > ${over(times)} and ${failedShare(short)} > ${over(times)})`)
    .join('\nor '),
  for: '2m',
  summary: '{{ $value | humanizePercentage }} of the requests to the shop fail.',
})

const over = (times: number) => Number((times * BUDGET).toFixed(4))

/** What customers notice: the answers of client-ui. */
export const front: Group = {
  name: 'petrel-front',
  recordings: windows.map(share),
  alerts: [
    {
      name: 'FrontEndSlow',
      severity: 'critical',
      when: `histogram_quantile(0.95, sum by (namespace, le) (rate(${requests}_bucket{endpoint="client-ui"}[5m]))) > 0.3`,
      for: '5m',
      summary: 'One of twenty requests to the shop takes longer than {{ $value | humanizeDuration }}.',
    },
    burn('critical', [14.4, '1h', '5m'], [6, '6h', '30m']),
    burn('warning', [1, '3d', '6h']),
  ],
}
