import { z } from 'zod'
import type { Watched } from '../targets.ts'

const Answer = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
})

/** One number; undefined when there is no such series, or none now. */
async function ask(prometheusUrl: string, query: string): Promise<number | undefined> {
  const url = new URL('api/v1/query', prometheusUrl.replace(/\/*$/, '/'))
  url.searchParams.set('query', query)
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) })
  if (!response.ok) throw new Error(`Prometheus does not answer ${query}: ${response.status} ${await response.text()}`)
  const [first] = Answer.parse(await response.json()).data.result
  return first === undefined ? undefined : Number(first.value[1])
}

/** What waits, in topics and postponed; the groups of one endpoint are named after it. */
const queries: Readonly<Record<keyof Watched, string>> = {
  waitingForBilling:
    'sum(kafka_consumergroup_lag{consumergroup=~"(.*[.])?billing([.].*)?"}) + max(petrel_scheduled_messages{endpoint="billing"})',
  waiting: 'sum(kafka_consumergroup_lag) + max(petrel_scheduled_messages{endpoint="billing"})',
  oldestSeconds: 'max(kafka_consumergroup_lag_seconds)',
  replicas: 'count(petrel_lanes_busy{endpoint="billing"})',
  deadLetters: 'sum(petrel_dead_letters)',
  // Of ours: what only watches has no endpoint.
  memoryBytes: 'sum(process_resident_memory_bytes{endpoint!=""})',
  // Every replica says the same.
  inboxRows: 'sum(max by (endpoint) (petrel_inbox_rows))',
}

/** Of a shop that this Prometheus watches. */
export async function watchedBy(prometheusUrl: string): Promise<Watched> {
  const asked = Object.entries(queries).map(async ([what, query]) => [what, await ask(prometheusUrl, query)] as const)
  return Object.fromEntries(await Promise.all(asked)) as unknown as Watched
}
