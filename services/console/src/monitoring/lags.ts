import { type AgedLag, mainGroup, retryGroup, retryTopics } from '@petrel/messaging/operations'

/** What waits for an endpoint. */
export interface Waiting {
  /** Messages that its group has not handled yet. */
  readonly lag: number
  /** How long the oldest of them waits; null where none does. */
  readonly oldestWaitingSeconds: number | null
  /** Messages that wait for a delayed retry. */
  readonly waitingForRetry: number
}

/** @param prefix goes before the names of groups and topics */
export function waitingOf(endpoint: string, lags: readonly AgedLag[], prefix: string): Waiting {
  const main = lags.filter(({ group, lag }) => group === prefix + mainGroup(endpoint) && lag > 0)
  const retries = lags.filter(
    ({ group, topic }) => group === prefix + retryGroup(endpoint) && topic.startsWith(prefix + retryTopics(endpoint)),
  )
  return {
    lag: sum(main),
    oldestWaitingSeconds: main.length === 0 ? null : Math.max(...main.map(({ seconds }) => seconds)),
    waitingForRetry: sum(retries),
  }
}

const sum = (lags: readonly AgedLag[]) => lags.reduce((total, { lag }) => total + lag, 0)
