import { type AgedLags, agedLags, type BrokerAdmin, waitingLetters } from '@petrel/messaging/operations'

/** All that is exported. Names are without the prefix. */
export interface Seen extends AgedLags {
  /** Endpoint → messages that wait for a person. */
  readonly deadLetters: ReadonlyMap<string, number>
}

/** Looks at Kafka, again and again; each time reads as little as it can. @throws BrokerUnavailable */
export function lookAt(admin: BrokerAdmin, prefix: string): () => Promise<Seen> {
  const look = agedLags({ admin, prefix })
  const letters = waitingLetters({ admin, prefix })
  return async () => {
    const seen = await look()
    return { ...seen, deadLetters: await letters(seen.overview.partitions) }
  }
}
