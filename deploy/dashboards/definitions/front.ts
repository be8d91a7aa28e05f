import { percentile, rate, sum } from '../grafana/promql.ts'

// What customers see: the answers of client-ui.
const requests = 'endpoint="client-ui"'

export const answerTime = (quantile: number): string => percentile(quantile, 'http_server_request_duration_seconds', requests)

/** Of all that were asked for; nothing when nobody asked. */
export const refusedShare =
  `(${sum(rate('http_server_request_duration_seconds_count', `${requests}, http_response_status_code=~"5.."`))} or vector(0))` +
  ` / ${sum(rate('http_server_request_duration_seconds_count', requests))}`
