import { NotAllowed, notLetIn } from '../../connections/notLetIn.ts'
import { pause } from '../../pause.ts'
import { BrokerUnavailable, type SubscribeOptions, type Subscription } from '../port.ts'
import { backOff } from './backOff.ts'
import { unavailable } from './errors.ts'
import { membership } from './membership.ts'
import { runConsumer, type ConsumerRun } from './run.ts'
import type { ClientSettings } from './settings.ts'
import { timeouts } from './timeouts.ts'

export interface KafkajsSubscription extends Subscription {
  /** Rejects when it was stopped before it ever joined. */
  readonly joined: Promise<void>
}

/** Keeps one consumer running until stopped: whatever ends it, another one follows. */
export function subscribe(
  settings: ClientSettings,
  { group, topics, listener, goOnFrom }: SubscribeOptions,
  startConsumer = runConsumer,
): KafkajsSubscription {
  const { log, access } = settings
  const member = membership({ group, topics, listener, log, goOnFrom })
  const { promise: joined, resolve, reject } = Promise.withResolvers<void>()
  const stopping = new AbortController()
  const pauseAfter = backOff()
  let run: ConsumerRun | undefined

  const supervise = async () => {
    while (!stopping.signal.aborted) {
      let joinedAt: number | undefined
      let stays: NodeJS.Timeout | undefined
      const onJoined = () => {
        joinedAt ??= Date.now()
        // A group that may be joined has topics that may be read only when a fetch has come back.
        stays ??= setTimeout(() => access.refusals.done(group), timeouts.fetch).unref()
        resolve()
      }
      run = startConsumer(settings, { group, topics, membership: member, onJoined })
      const error = await run.ended
      clearTimeout(stays)
      member.left()
      if (stopping.signal.aborted) return
      const why = access.refusals.reasonOf(access.reasonOf(error), group, { group, topics })
      const reason = unavailable(`The consumer of ${group} ended`, why)
      // What a person has to allow first is tried as seldom as what ends each time.
      const isAway = joinedAt === undefined && !(why instanceof NotAllowed)
      const pauseMs = pauseAfter(isAway ? undefined : Date.now() - (joinedAt ?? Date.now()))
      // A refusal was said already, once for all connections.
      const level = notLetIn(reason) === undefined ? 'warn' : 'debug'
      log[level]({ err: reason, group, topics, pauseMs }, `${reason.message}; another one follows in ${pauseMs} ms`)
      await pause(pauseMs, stopping.signal)
    }
  }
  const supervised = supervise()

  const stop = async () => {
    await member.flush()
    stopping.abort()
    member.end()
    await run?.stop()
    await supervised
    reject(new BrokerUnavailable(`The subscription of ${group} was stopped before it joined`))
  }
  let stopped: Promise<void> | undefined
  return {
    joined,
    isJoined: () => member.isJoined(),
    pause: (partition) => member.pause(partition),
    resume: (partition) => member.resume(partition),
    commit: (positions) => member.commit(positions),
    stop: () => (stopped ??= stop()),
  }
}
