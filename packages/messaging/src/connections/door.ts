import type { Log } from '../log.ts'
import { NotLetIn } from './notLetIn.ts'
import type { Supplied } from './supplied.ts'

/**
 * Remembers that a server does not let us in. It is said once for the process, however many connections want one; and nobody
 * tries again too soon with the same credentials, since many refused logins lock an account.
 */
export interface Door {
  /** Before a connection is opened. @throws NotLetIn while it is too soon for another try */
  knock(place: string): void
  /** It was refused. @param why completes `Kafka does not let us in: …`, with what to check. @param place '' when it is not known */
  refused(place: string, why: string, cause?: unknown): NotLetIn
  /** It was let in. */
  opened(place: string): void
  /** Whether anybody of the process ever was. */
  hasOpened(): boolean
  /** An error, or the refusal behind it. @param place where the error comes from, if that is known */
  reasonOf(error: unknown, place?: string): unknown
}

export interface DoorOptions {
  /** What a person calls the server. */
  readonly server: string
  /** What it is shown. When one of them changes, the next try comes at once. */
  readonly credentials: readonly (Supplied | undefined)[]
  readonly log: Pick<Log, 'info' | 'error'>
  readonly now?: () => number
}

/** Milliseconds: doubled with each refusal. */
const firstPause = 5_000
const longestPause = 60_000

interface Refusal {
  readonly error: NotLetIn
  /** What was shown. */
  readonly shown: string
  readonly pause: number
  /** Milliseconds since the epoch. */
  readonly until: number
}

export function door({ server, credentials, log, now = Date.now }: DoorOptions): Door {
  /** By place: one of several brokers may have the expired certificate. */
  const refusals = new Map<string, Refusal>()
  const said = new Set<string>()
  let hasOpened = false

  /** Nobody has knocked there for long: the server is gone, or away. */
  const isOld = (until: number) => now() > until + longestPause

  const say = (error: NotLetIn, place: string) => {
    if (said.has(error.message)) return
    said.add(error.message)
    log.error(
      { event: 'notLetIn', place },
      `${error.message} It is tried again every minute, and with other credentials at once.`,
    )
  }
  return {
    knock(place) {
      const refusal = refusals.get(place)
      if (refusal !== undefined && now() < refusal.until && refusal.shown === textOf(credentials)) throw refusal.error
    },
    refused(place, why, cause) {
      const error = new NotLetIn(`${server} does not let us in: ${why}`, { cause })
      const [former, shown] = [refusals.get(place), textOf(credentials)]
      const pause = former?.shown === shown ? Math.min(former.pause * 2, longestPause) : firstPause
      refusals.set(place, { error, shown, pause, until: now() + pause })
      say(error, place)
      return error
    },
    hasOpened: () => hasOpened,
    opened(place) {
      hasOpened = true
      const places = refusals.size
      for (const [each, { until }] of refusals) if (each === place || each === '' || isOld(until)) refusals.delete(each)
      if (places === 0 || refusals.size > 0) return
      said.clear()
      log.info({ event: 'letIn', place }, `${server} lets us in again`)
    },
    reasonOf(error, place) {
      const refusal = place === undefined ? [...refusals.values()].find(({ until }) => !isOld(until)) : refusals.get(place)
      return refusal === undefined ? error : new NotLetIn(refusal.error.message, { cause: error })
    },
  }
}

/** Of a file that cannot be read, nothing: whoever opens the connection says so. */
function textOf(credentials: DoorOptions['credentials']): string {
  const texts = credentials.map((supplied) => {
    try {
      return supplied?.read() ?? ''
    } catch {
      return ''
    }
  })
  return JSON.stringify(texts)
}
