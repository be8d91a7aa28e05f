import type { Pool } from 'pg'
import { coarseGrains } from '../audit/tally.ts'
import { type Counts, perSecond } from './figures.ts'
import type { Histogram } from './histogram.ts'
import { type Span, spanOf, type Window, windows } from './windows.ts'

const sums = `
  sum(handled)::int as handled, (sum(retried) + sum(dead_lettered))::int as failed,
  sum(processing_us)::float8 as processing, sum(critical_us)::float8 as critical`

/** Of rows of one grain. What a clock that is ahead has counted comes when its time has come. */
const within = 'grain = $1 and at between to_timestamp($2) and to_timestamp($3)'

/** What each endpoint did in each window: endpoint → window → counts. */
export async function countsByEndpoint(pool: Pool, now: number): Promise<Map<string, Map<Window, Counts>>> {
  const found = new Map<string, Map<Window, Counts>>()
  const all = await Promise.all(
    windows.map(async (window) => {
      const { grain, from, until } = spanOf(window, now)
      const { rows } = await pool.query<Counts & { endpoint: string }>(
        `select endpoint, ${sums} from rate where ${within} group by endpoint`,
        [grain, from, until],
      )
      return rows.map((row) => ({ ...row, window }))
    }),
  )
  for (const { endpoint, window, ...counts } of all.flat())
    found.set(endpoint, (found.get(endpoint) ?? new Map<Window, Counts>()).set(window, counts))
  return found
}

/** The points of a window: endpoint → time of the point → counts. */
export async function countsByPoint(pool: Pool, { grain, from, until }: Span): Promise<Map<string, Map<number, Counts>>> {
  const { rows } = await pool.query<Counts & { endpoint: string; at: number }>(
    `select endpoint, extract(epoch from at)::int as at, ${sums} from rate where ${within} group by endpoint, at`,
    [grain, from, until],
  )
  const found = new Map<string, Map<number, Counts>>()
  for (const { endpoint, at, ...counts } of rows)
    found.set(endpoint, (found.get(endpoint) ?? new Map<number, Counts>()).set(at, counts))
  return found
}

export interface TypeCounts extends Counts {
  readonly type: string
  readonly source: string
  readonly endpoint: string
}

/** What was handled in a window, by who said it, what it was and who heard it. @param endpoint all when it is not given */
export async function countsByType(pool: Pool, { grain, from, until }: Span, endpoint?: string): Promise<TypeCounts[]> {
  const { rows } = await pool.query<TypeCounts>(
    `select source, type, endpoint, ${sums} from rate
     where ${within} and ($4::text is null or endpoint = $4) group by source, type, endpoint`,
    [grain, from, until, endpoint ?? null],
  )
  return rows
}

export interface Times {
  readonly endpoint: string
  readonly type: string
  readonly processing: Histogram
  readonly critical: Histogram
}

/** How long messages took in a window, by endpoint and type. */
export async function timesByType(pool: Pool, span: Span, endpoint?: string): Promise<Times[]> {
  const { rows } = await pool.query<{ endpoint: string; type: string; bucket: number; processing: number; critical: number }>(
    `select endpoint, type, bucket, sum(processing)::int as processing, sum(critical)::int as critical from timing
     where ${within} and ($4::text is null or endpoint = $4) group by endpoint, type, bucket`,
    [...coarse(span), endpoint ?? null],
  )
  return [...Map.groupBy(rows, (row) => `${row.endpoint}\n${row.type}`).values()].map((ranges) => {
    const { endpoint = '', type = '' } = ranges[0] ?? {}
    return {
      endpoint,
      type,
      processing: new Map(ranges.map(({ bucket, processing }) => [bucket, processing])),
      critical: new Map(ranges.map(({ bucket, critical }) => [bucket, critical])),
    }
  })
}

/** Of what is counted by coarse grains alone: the coarsest that is no coarser than the span's own, or else the finest. */
function coarse({ grain: own, from, until }: Span): [grain: number, from: number, until: number] {
  const grain = coarseGrains.findLast((each) => each <= own) ?? coarseGrains[0] ?? own
  return [grain, Math.floor(from / grain) * grain, until]
}

/** Messages a second that each instance has handled in a window: instance id → rate. */
export async function perSecondByInstance(pool: Pool, span: Span): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ id: string; handled: number }>(
    `select id, sum(handled)::int as handled from instance_rate join instance on instance.number = instance_rate.instance
     where ${within} group by id`,
    coarse(span),
  )
  return new Map(rows.map(({ id, handled }) => [id, perSecond(handled, span)]))
}
