import { Problem } from '../../local/problem.ts'

/** A time series: its labels, and values by time in seconds. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>
  readonly points: readonly (readonly [seconds: number, value: number])[]
}

export interface Range {
  /** Unix times in seconds. */
  readonly from: number
  readonly to: number
  readonly step: number
}

/** As much of a Prometheus as is asked here. */
export interface Prometheus {
  range(expression: string, range: Range): Promise<Series[]>
  /** The values at one moment. */
  instant(expression: string, at: number): Promise<Series[]>
  /** How often it asks its targets. */
  scrapeSeconds(): Promise<number>
}

/** https://prometheus.io/docs/prometheus/latest/querying/api/ */
export const prometheusAt = (url: string): Prometheus => ({
  range: async (expression, { from, to, step }) => {
    const answer = await ask(url, 'query_range', { query: expression, start: from, end: to, step })
    return (answer as Matrix).result.map(({ metric, values }) => ({ labels: metric, points: values.map(point) }))
  },
  instant: async (expression, at) => {
    const answer = await ask(url, 'query', { query: expression, time: at })
    return (answer as Vector).result.map(({ metric, value }) => ({ labels: metric, points: [point(value)] }))
  },
  scrapeSeconds: async () => scrapeInterval(((await ask(url, 'status/config', {})) as { yaml: string }).yaml),
})

type Sample = readonly [seconds: number, value: string]
interface Matrix {
  readonly result: readonly { readonly metric: Readonly<Record<string, string>>; readonly values: readonly Sample[] }[]
}
interface Vector {
  readonly result: readonly { readonly metric: Readonly<Record<string, string>>; readonly value: Sample }[]
}
interface Answer {
  readonly status: 'success' | 'error'
  readonly data?: unknown
  readonly error?: string
}

const point = ([seconds, value]: Sample) => [seconds, Number(value.replace('Inf', 'Infinity'))] as const

/** @throws Problem when it does not answer, or does not understand the query */
async function ask(url: string, path: string, parameters: Readonly<Record<string, string | number>>): Promise<unknown> {
  const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)]))
  const response = await fetch(new URL(`/api/v1/${path}?${query}`, url)).catch((cause: unknown) => {
    throw new Problem(
      `Prometheus does not answer at ${url}. Start it (npm start -- --observe), or set PROMETHEUS_URL. ${String(cause)}`,
    )
  })
  const { status, data, error } = (await response.json()) as Answer
  if (status !== 'success') throw new Problem(`Prometheus does not understand ${query.get('query') ?? path}: ${error ?? ''}`)
  return data
}

const secondsIn: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 }

function scrapeInterval(yaml: string): number {
  const [, duration = '1m'] = /scrape_interval: (\S+)/.exec(yaml) ?? []
  const parts = [...duration.matchAll(/(\d+)(ms|s|m|h)/g)]
  return parts.reduce((seconds, [, count, unit = 's']) => seconds + Number(count) * (secondsIn[unit] ?? 1), 0)
}
