import { pause } from '../../pause.ts'
import type { ConsumerGroup } from './consumerHooks.ts'
import { brokerErrorCode } from './errors.ts'
import { timeouts } from './timeouts.ts'

/** What a member says to its group's coordinator while it fetches. kafkajs says it only between two fetches. */
export interface Presence {
  /** Follows a new consumer. @param join sends JoinGroup, and takes over what the coordinator answers */
  follow(group: ConsumerGroup, join: () => Promise<void>): void
  /** The member fetches: from now on heartbeats are sent. */
  keep(): void
  /** Joins, or waits for the answer to a JoinGroup that was sent before. */
  join(): Promise<void>
  /** The member leaves: no more heartbeats. */
  end(): void
}

export interface PresenceOptions {
  /** Whether heartbeats are to be frequent. */
  readonly isBusy: () => boolean
  /** The consumer is to stop fetching and to do what kafkajs does on such an error, for example join again. */
  readonly onError: (error: unknown) => void
}

/**
 * Heartbeats by a timer. When one is answered with "the group is rebalancing", the member asks to join, and meanwhile goes on
 * fetching: nobody gets its partitions before all members have asked, so it need not stand still until then. In this, it is
 * like Kafka's own consumers in a cooperative rebalance
 * (https://cwiki.apache.org/confluence/display/KAFKA/KIP-429%3A+Kafka+Consumer+Incremental+Rebalance+Protocol).
 */
export function presence({ isBusy, onError }: PresenceOptions): Presence {
  let member: { readonly group: ConsumerGroup; readonly join: () => Promise<void> } | undefined
  let beating: AbortController | undefined
  let asked: Promise<void> | undefined

  const end = () => {
    beating?.abort()
    beating = undefined
    asked = undefined
  }
  const beat = async ({ signal }: AbortController) => {
    const error = await untilError(member?.group, isBusy, signal)
    if (signal.aborted) return
    if (brokerErrorCode(error) === 'REBALANCE_IN_PROGRESS') {
      asked = member?.join()
      await asked?.catch(() => {}) // It is thrown where kafkajs wants to join.
      if (signal.aborted) return
    }
    beating = undefined
    onError(error)
  }
  return {
    follow: (group, join) => {
      end()
      member = { group, join }
    },
    keep: () => {
      if (beating !== undefined) return
      beating = new AbortController()
      void beat(beating)
    },
    join: async () => {
      const answer = asked
      end()
      await (answer ?? member?.join())
    },
    end,
  }
}

/** Sends heartbeats until one fails, or the signal is aborted. @returns why it failed */
async function untilError(group: ConsumerGroup | undefined, isBusy: () => boolean, signal: AbortSignal): Promise<unknown> {
  const { busy, idle } = timeouts.heartbeat
  try {
    while (!signal.aborted) {
      await pause(isBusy() ? busy : idle, signal)
      if (!signal.aborted) await sendHeartbeat(group)
    }
    return undefined
  } catch (error) {
    return error
  }
}

async function sendHeartbeat(group: ConsumerGroup | undefined): Promise<void> {
  const { coordinator, groupId, memberId, generationId } = group ?? {}
  if (coordinator == null || groupId === undefined || memberId == null || generationId == null)
    throw new Error('the group is not joined')
  await coordinator.heartbeat({ groupId, memberId, groupGenerationId: generationId })
}
