import { type AgedLag, mainGroup, retryGroup } from '@petrel/messaging/operations'
import type { Pool } from 'pg'
import type { Definition } from './definition.ts'
import { readDefinitions } from './definitions.ts'
import { type Counts, nothing, type Percentiles, percentilesOf, type Rate, rateOf } from './figures.ts'
import type { Sources } from './knownEndpoints.ts'
import { countsByType, timesByType, type Times } from './readRates.ts'
import type { Span } from './windows.ts'

/** What `GET /api/endpoints/{name}` says besides what the list says. */
export interface EndpointDetail {
  readonly types: readonly TypeView[]
  readonly partitions: readonly PartitionView[]
}

export interface TypeView extends Rate {
  readonly type: string
  /** What handles it; null for a type that the endpoint no longer handles. */
  readonly handler: string | null
  readonly processingMs: Percentiles
  readonly criticalMs: Percentiles
}

export interface PartitionView {
  readonly group: string
  readonly topic: string
  readonly partition: number
  readonly lag: number
  /** Null where nothing waits. */
  readonly oldestWaitingSeconds: number | null
  /** Which process has handled messages of this partition last; null when none has. */
  readonly instance: string | null
}

export async function endpointDetail(
  { pool, prefix, look }: Sources & { readonly prefix: string },
  name: string,
  span: Span,
): Promise<EndpointDetail> {
  const [definitions, counts, times, lags, lanes] = await Promise.all([
    readDefinitions({ pool, look }),
    countsByType(pool, span, name),
    timesByType(pool, span, name),
    look.lags(),
    instanceByLane(pool, name),
  ])
  const groups = [mainGroup(name), retryGroup(name)].map((group) => prefix + group)
  const own = (lags ?? []).filter(({ group }) => groups.includes(group))
  return { types: typeViews(definitions.get(name), counts, times, span), partitions: own.map((lag) => partitionView(lag, lanes)) }
}

/** Those that it handles, and those that it has handled. */
export function typeViews(
  definition: Pick<Definition, 'handles'> | undefined,
  counts: readonly (Counts & { readonly type: string })[],
  times: readonly Times[],
  span: Span,
): TypeView[] {
  const handlers = new Map(definition?.handles.map(({ type, handler, saga }) => [type, saga ?? handler]))
  const types = [...new Set([...handlers.keys(), ...counts.map(({ type }) => type)])].toSorted()
  return types.map((type) => {
    const time = times.find((each) => each.type === type)
    return {
      type,
      handler: handlers.get(type) ?? null,
      ...rateOf(sumOf(counts.filter((each) => each.type === type)), span),
      processingMs: percentilesOf(time?.processing ?? new Map<number, number>()),
      criticalMs: percentilesOf(time?.critical ?? new Map<number, number>()),
    }
  })
}

const sumOf = (counts: readonly Counts[]): Counts =>
  counts.reduce(
    (sum, each) => ({
      handled: sum.handled + each.handled,
      failed: sum.failed + each.failed,
      processing: sum.processing + each.processing,
      critical: sum.critical + each.critical,
    }),
    nothing,
  )

/** A lane is named after its group and its partitions' number. */
function partitionView({ group, topic, partition, lag, seconds }: AgedLag, lanes: ReadonlyMap<string, string>): PartitionView {
  const instance = lanes.get(`${group}/${partition}`) ?? null
  return { group, topic, partition, lag, oldestWaitingSeconds: lag === 0 ? null : seconds, instance }
}

/** Which process had each lane of an endpoint last; those that have ended have none. */
async function instanceByLane(pool: Pool, endpoint: string): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ lane: string; id: string }>(
    `select lane, id from lane join instance on instance.number = lane.instance
     where lane.endpoint = $1 and instance.state is distinct from 'stopped'`,
    [endpoint],
  )
  return new Map(rows.map(({ lane, id }) => [lane, id]))
}
