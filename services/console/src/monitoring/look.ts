import { type AgedLag, type AgedLags, agedLags, BrokerUnavailable, type Infrastructure } from '@petrel/messaging/operations'
import { remembered } from '../store/remembered.ts'

const lookEveryMs = 2_000

/** What was seen of Kafka last; whoever asks, it is looked at once in two seconds. */
export interface Look {
  /** Undefined while Kafka is away: whoever shows it shows the rest without. */
  readonly seen: () => Promise<AgedLags | undefined>
  readonly lags: () => Promise<readonly AgedLag[] | undefined>
  /** Names of all topics under the prefix; none while Kafka is away. */
  readonly topics: () => Promise<readonly string[]>
}

export function lookAtKafka(infrastructure: Pick<Infrastructure, 'admin' | 'prefix'>): Look {
  const look = remembered(lookEveryMs, agedLags(infrastructure))
  const seen = () =>
    look().catch((error: unknown) => {
      if (error instanceof BrokerUnavailable) return undefined
      throw error
    })
  return {
    seen,
    lags: async () => (await seen())?.lags,
    topics: async () => [...new Set((await seen())?.overview.partitions.map(({ topic }) => topic))],
  }
}
