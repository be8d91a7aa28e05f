import { auditTopic } from '@petrel/messaging/operations'
import type { Pool } from 'pg'
import { instancesOf } from '../audit/heard.ts'
import type { Known } from './endpointView.ts'
import type { Look } from './look.ts'
import { countsByEndpoint, countsByPoint, perSecondByInstance, timesByType } from './readRates.ts'
import type { Span } from './windows.ts'

interface Sources {
  readonly pool: Pool
  readonly prefix: string
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

/** Those that have ever been heard, and those that are deployed and silent since. */
export async function endpointNames({ pool, prefix, look }: Sources): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>('select name from endpoint')
  const topics = await look.topics()
  const suffix = auditTopic('')
  const deployed = topics.filter((topic) => topic.endsWith(suffix)).map((topic) => topic.slice(prefix.length, -suffix.length))
  return [...new Set([...rows.map(({ name }) => name), ...deployed])].toSorted()
}

export async function unresolvedByEndpoint(pool: Pool): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ endpoint: string; count: number }>(
    `select endpoint, count(*)::int as count from failure where state = 'unresolved' group by endpoint`,
  )
  return new Map(rows.map(({ endpoint, count }) => [endpoint, count]))
}
