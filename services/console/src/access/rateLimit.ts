import { Problem } from '@petrel/pages'

/** Everybody together may do this many times as much as one. */
const togetherTimes = 5

interface Bucket {
  left: number
  at: number
}

/**
 * Limits how much people change: a stuck script must not fill the actions log and the topics. What was not used within a minute is
 * not kept. Each process counts for itself.
 * @param perMinute changes of one person @param now in milliseconds, never going back
 * @returns counts a change of somebody. @throws Problem 429
 */
export function rateLimit(perMinute: number, now: () => number = () => performance.now()): (user: string) => void {
  const buckets = new Map<string, Bucket>()
  const together: Bucket = { left: perMinute * togetherTimes, at: now() }

  return (user) => {
    const own = buckets.get(user) ?? { left: perMinute, at: now() }
    refill(own, perMinute, now())
    refill(together, perMinute * togetherTimes, now())
    if (own.left < 1) throw tooMany(own, perMinute, `You have changed ${perMinute} things within a minute.`)
    if (together.left < 1)
      throw tooMany(
        together,
        perMinute * togetherTimes,
        `All together have changed ${perMinute * togetherTimes} things within a minute.`,
      )
    own.left -= 1
    together.left -= 1
    // Whoever comes again is behind the others: in front are those who were not here for long.
    buckets.delete(user)
    buckets.set(user, own)
    for (const [name, bucket] of buckets) {
      if (now() - bucket.at < 60_000) break
      buckets.delete(name)
    }
  }
}

function refill(bucket: Bucket, perMinute: number, now: number): void {
  bucket.left = Math.min(perMinute, bucket.left + ((now - bucket.at) * perMinute) / 60_000)
  bucket.at = now
}

const tooMany = ({ left }: Bucket, perMinute: number, what: string) =>
  new Problem({
    status: 429,
    title: 'Too much at once',
    detail: `${what} Nothing was done this time. Wait a moment, and select more messages for one action.`,
    retryAfter: Math.ceil(((1 - left) * 60) / perMinute),
  })
