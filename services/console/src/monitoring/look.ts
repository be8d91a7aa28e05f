import {
  type AgedLag,
  type AgedLags,
  agedLags,
  auditTopic,
  BrokerUnavailable,
  type Infrastructure,
} from '@petrel/messaging/operations'
import { remembered } from '../store/remembered.ts'

const lookEveryMs = 2_000
const suffix = auditTopic('')

/** What was seen of Kafka last; whoever asks, it is looked at once in two seconds. */
export interface Look {
  /** Undefined while Kafka is away: whoever shows it shows the rest without. */
  readonly seen: () => Promise<AgedLags | undefined>
  readonly lags: () => Promise<readonly AgedLag[] | undefined>
  /** The endpoints that have an audit topic; undefined while Kafka is away. */
  readonly deployed: () => Promise<ReadonlySet<string> | undefined>
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
    deployed: async () => {
      const topics = (await seen())?.overview.partitions.map(({ topic }) => topic)
      const audits = topics?.filter((topic) => topic.endsWith(suffix))
      return audits && new Set(audits.map((topic) => topic.slice(infrastructure.prefix.length, -suffix.length)))
    },
  }
}
