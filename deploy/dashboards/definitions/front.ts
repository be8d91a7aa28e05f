import { percentile, rate, sum } from '../grafana/promql.ts'

// What customers see: the answers of client-ui. Streams of events are open for hours, on purpose, and are not asked for here.
const requests = 'endpoint="client-ui", http_route!~".*events.*"'

export const answerTime = (quantile: number): string => percentile(quantile, 'http_server_request_duration_seconds', requests)

/** 0 when nobody asked, since nobody was refused then. */
export const refusedShare =
  `(${sum(rate('http_server_request_duration_seconds_count', 'endpoint="client-ui", http_response_status_code=~"5.."'))} or vector(0))` +
  ` / ${sum(rate('http_server_request_duration_seconds_count', 'endpoint="client-ui"'))}`
