import { setTimeout as delay } from 'node:timers/promises'
import { BrokerUnavailable, type SubscribeOptions, type Subscription } from '../port.ts'
import { unavailable } from './errors.ts'
import { membership } from './membership.ts'
import { runConsumer, type ConsumerRun } from './run.ts'
import type { KafkajsSettings } from './settings.ts'

/** Milliseconds between one consumer's end and the next one's start; doubled each time that the group is not joined. */
const BACK_OFF = { first: 100, last: 3_000 }

export interface KafkajsSubscription extends Subscription {
  /** Rejects when it was stopped before it ever joined. */
  readonly joined: Promise<void>
}

/** Keeps one consumer running until stopped: whatever ends it, a fresh one takes its place. */
export function subscribe(settings: KafkajsSettings, { group, topics, listener }: SubscribeOptions): KafkajsSubscription {
  const { log } = settings
  const place = membership(group, listener, log)
  const { promise: joined, resolve, reject } = Promise.withResolvers<void>()
  const stopping = new AbortController()
  let wait = BACK_OFF.first
  let run: ConsumerRun | undefined

  const onJoined = () => {
    wait = BACK_OFF.first
    resolve()
  }
  const supervise = async () => {
    while (!stopping.signal.aborted) {
      run = runConsumer(settings, { group, topics, membership: place, onJoined })
      const error = await run.ended
      if (stopping.signal.aborted) return
      const reason = unavailable(`The consumer of ${group} ended`, error)
      log.warn({ err: reason, group, topics, backOff: wait }, `${reason.message}; another one follows in ${wait} ms`)
      await delay(wait, undefined, { signal: stopping.signal }).catch(() => undefined)
      wait = Math.min(wait * 2, BACK_OFF.last)
    }
  }
  const supervised = supervise()

  const stop = async () => {
    await place.settled()
    stopping.abort()
    place.end()
    await run?.stop()
    await supervised
    reject(new BrokerUnavailable(`The subscription of ${group} was stopped before it joined`))
  }
  let stopped: Promise<void> | undefined
  return {
    joined,
    pause: (partition) => place.pause(partition),
    resume: (partition) => place.resume(partition),
    commit: (positions) => place.commit(positions),
    stop: () => (stopped ??= stop()),
  }
}
