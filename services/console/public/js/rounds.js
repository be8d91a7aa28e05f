/** At most twice a second: enough to look live, and calm. */
const calmMs = 500
/** Who answers later than that is shown later: nobody waits longer for another one. */
const patienceMs = 2_000

const wanted = new Set()
let timer

/**
 * Asks soon, together with all others that want it, and shows all answers at once: what a page says of one thing in two places is of
 * one moment.
 * @param ask resolves with what shows its answer, and never rejects
 */
export function askSoon(ask) {
  wanted.add(ask)
  timer ??= setTimeout(askAll, calmMs)
}

/** Asks nothing any more. */
export const forget = (ask) => wanted.delete(ask)

async function askAll() {
  timer = undefined
  const shows = [...wanted].map((ask) => ask())
  wanted.clear()
  await Promise.race([Promise.all(shows), new Promise((resolve) => setTimeout(resolve, patienceMs))])
  for (const show of shows) show.then((now) => now())
}
