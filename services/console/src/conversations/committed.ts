import { type AgedLag, mainGroup } from '@petrel/messaging/operations'
import type { Evidence } from './conversation.ts'

/** Where endpoints go on in partitions. @param prefix goes before the names of groups */
export function committedIn(lags: readonly AgedLag[], prefix: string): Evidence['committed'] {
  const positions = new Map(lags.map((lag) => [JSON.stringify([lag.group, lag.topic, lag.partition]), lag.committed]))
  return (endpoint, topic, partition) => positions.get(JSON.stringify([prefix + mainGroup(endpoint), topic, partition]))
}
