/** What every query begins with: the shop that was chosen. */
const ours = 'namespace=~"$namespace"'

/** A label selector, for example `endpoint="$endpoint"`; '' for none. */
type Labels = string

const selector = (labels: Labels) => `{${[ours, labels].filter(Boolean).join(', ')}}`

export const gauge = (metric: string, labels: Labels = ''): string => `${metric}${selector(labels)}`

export const rate = (counter: string, labels: Labels = ''): string => `rate(${counter}${selector(labels)}[$__rate_interval])`

/** How much came since the point before. */
export const increase = (counter: string, labels: Labels = ''): string =>
  `increase(${counter}${selector(labels)}[$__rate_interval])`

/** How fast a gauge moves; a position in Kafka may go back, which a counter must not. */
export const speed = (gaugeName: string, labels: Labels = ''): string =>
  `deriv(${gaugeName}${selector(labels)}[$__rate_interval])`

export const sum = (expression: string, ...by: string[]): string => aggregate('sum', expression, by)

/** For what each replica reports of the same thing: an average or a sum would depend on how many there are. */
export const max = (expression: string, ...by: string[]): string => aggregate('max', expression, by)

/** Of all replicas together, from their buckets: percentiles cannot be averaged. */
export const percentile = (quantile: number, histogram: string, labels: Labels = '', ...by: string[]): string =>
  `histogram_quantile(${quantile}, ${sum(rate(`${histogram}_bucket`, labels), ...by, 'le')})`

/** The mean of a histogram's values, of all replicas together. */
export const mean = (histogram: string, labels: Labels = '', ...by: string[]): string =>
  `${sum(rate(`${histogram}_sum`, labels), ...by)} / ${sum(rate(`${histogram}_count`, labels), ...by)}`

/** Puts a label's value under another name, so that queries about different things can be rows of one table. */
export const renamed = (expression: string, from: string, to: string): string =>
  `label_replace(${expression}, "${to}", "$1", "${from}", "(.*)")`

/** Where nothing has failed yet there is no series: that is 0, named `none`, and not "no data". */
export const orZero = (expression: string, ...by: string[]): string => {
  const [label] = by
  const zero = label === undefined ? 'vector(0)' : `label_replace(vector(0), "${label}", "none", "", "")`
  return `${expression} or on() ${zero}`
}

/** Main groups only: what waits in a retry group waits on purpose. */
export const mainGroups = 'consumergroup!~".+[.]retry"'

/** An endpoint's main group has its name. */
export const groupOfEndpoint = 'consumergroup="$endpoint"'

const aggregate = (operator: string, expression: string, by: readonly string[]) =>
  by.length === 0 ? `${operator}(${expression})` : `${operator} by (${by.join(', ')}) (${expression})`
