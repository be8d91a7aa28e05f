/** All in milliseconds. */
const FIRST = 100
/** While the group cannot be joined: the broker is away, and should not wait long once it is back. */
const LONGEST_BEFORE_JOINING = 3_000
/** After a consumer that joined and soon ended. Each of its joins stops the whole group for a moment. */
const LONGEST_AFTER_JOINING = 60_000
const SHORT_STAY = 60_000

/**
 * How long a subscription waits after one consumer has ended and before it starts another: doubled each time, with jitter.
 * Only a consumer that stayed in its group for a minute starts it over. Joining is no success, nor is handling some records:
 * a member may do both each time, and then fail on a batch that it cannot read.
 */
export function backOff(random: () => number = Math.random) {
  let failedJoins = 0
  let shortStays = 0
  /** @param stay milliseconds that the ended consumer was in its group; undefined when it did not join */
  return (stay: number | undefined): number => {
    if (stay === undefined) return jittered(doubled(failedJoins++, LONGEST_BEFORE_JOINING))
    failedJoins = 0
    if (stay >= SHORT_STAY) shortStays = 0
    return jittered(doubled(shortStays++, LONGEST_AFTER_JOINING))
  }

  function jittered(pause: number): number {
    return Math.round(pause * (0.5 + random() / 2))
  }
}

const doubled = (times: number, longest: number) => Math.min(longest, FIRST * 2 ** times)
