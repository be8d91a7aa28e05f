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

/** Reads what is shown of all endpoints besides their failures; lags are left out while Kafka is away. */
export async function readKnown(sources: Sources, span: Span, now: number): Promise<Omit<Known, 'failures'>> {
  const { pool, look } = sources
  const [endpoints, instances, counts, points, times, perSecond, lags] = await Promise.all([
    endpointNames(sources),
    instancesOf(pool, null),
    countsByEndpoint(pool, now),
    countsByPoint(pool, span),
    timesByType(pool, span),
    perSecondByInstance(pool, span),
    look.lags(),
  ])
  return { endpoints, instances, counts, points, times, perSecond, lags }
}

/** Those that are deployed, whether they were ever heard or not; while nobody knows, those that were. */
export async function endpointNames({ pool, look }: Sources): Promise<string[]> {
  const deployed = await look.deployed()
  if (deployed !== undefined) return [...deployed].toSorted()
  const { rows } = await pool.query<{ name: string }>('select name from endpoint order by name')
  return rows.map(({ name }) => name)
}
