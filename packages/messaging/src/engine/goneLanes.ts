import { milliseconds } from '../definition/duration.ts'
import type { EndpointRuntime } from './endpointRuntime.ts'
import { publishOrPark } from './publish.ts'

/** The topics of a group that its members read. */
export interface ReadGroup {
  readonly group: string
  readonly topics: readonly string[]
}

/** A lane that is there deletes its rows within a second. */
const abandonedAfterMs = milliseconds('1m')
const lookFirstMs = milliseconds('90s')
const lookEveryMs = milliseconds('10m')

/**
 * Now and then sends what lanes have left in the outbox that are not there any more, since a topic was made again with fewer
 * partitions, or the endpoint reads other topics now. Nobody else would: each lane sends its own. When two replicas do it at
 * once, messages are sent twice, with one id.
 */
export function sendOfGoneLanes(runtime: EndpointRuntime, groups: readonly ReadGroup[]) {
  let timer = setTimeout(look, lookFirstMs + Math.random() * abandonedAfterMs).unref()
  return { stop: () => clearTimeout(timer) }

  function look(): void {
    timer = setTimeout(look, lookEveryMs).unref()
    sendNow(runtime, groups).catch((error: unknown) =>
      runtime.log.warn({ err: error }, 'cannot look for messages of lanes that are gone; it is tried again later'),
    )
  }
}

async function sendNow(runtime: EndpointRuntime, groups: readonly ReadGroup[]): Promise<void> {
  const { store, broker, log } = runtime
  const lanes = await store.lanesWithOutbox(abandonedAfterMs)
  if (lanes.length === 0) return
  // Asked for later than the rows, so that no lane counts as gone that has begun meanwhile.
  const partitions = await broker.admin.partitions(groups.flatMap(({ topics }) => topics))
  const present = new Set(groups.flatMap(({ group, topics }) => lanesOf(group, topics, partitions)))
  for (const lane of lanes.filter((each) => !present.has(each)))
    for (const { id, outgoing } of await store.pendingOutbox(lane)) {
      await publishOrPark(runtime, outgoing)
      await store.deleteOutbox([id])
      log.warn({ lane, messages: outgoing.length }, 'sent what a lane has left that is not there any more')
    }
}

function lanesOf(group: string, topics: readonly string[], partitions: ReadonlyMap<string, number>): string[] {
  const count = Math.max(0, ...topics.map((topic) => partitions.get(topic) ?? 0))
  return Array.from({ length: count }, (_, partition) => `${group}/${partition}`)
}
