import type { Pool } from 'pg'
import { instancesOf } from '../audit/heard.ts'
import type { Known } from './endpointView.ts'
import type { Look } from './look.ts'
import { countsByEndpoint, countsByPoint, perSecondByInstance, timesByType } from './readRates.ts'
import type { Span } from './windows.ts'

export interface Sources {
  readonly pool: Pool
  readonly look: Look
}

/** Reads everything that is shown of all endpoints; lags are left out while Kafka is away. */
export async function readKnown(sources: Sources, span: Span, now: number): Promise<Known> {
  const { pool, look } = sources
  const [endpoints, instances, counts, points, times, perSecond, lags, failures] = await Promise.all([
    endpointNames(sources),
    instancesOf(pool, null),
    countsByEndpoint(pool, now),
    countsByPoint(pool, span),
    timesByType(pool, span),
    perSecondByInstance(pool, span),
    look.lags(),
    unresolvedByEndpoint(pool),
  ])
  return { endpoints, instances, counts, points, times, perSecond, lags, failures }
}

/** Those that are deployed, whether they were ever heard or not; while nobody knows, those that were. */
export async function endpointNames({ pool, look }: Sources): Promise<string[]> {
  const deployed = await look.deployed()
  if (deployed !== undefined) return [...deployed].toSorted()
  const { rows } = await pool.query<{ name: string }>('select name from endpoint order by name')
  return rows.map(({ name }) => name)
}

export async function unresolvedByEndpoint(pool: Pool): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ endpoint: string; count: number }>(
    `select endpoint, count(*)::int as count from failure where state = 'unresolved' group by endpoint`,
  )
  return new Map(rows.map(({ endpoint, count }) => [endpoint, count]))
}
