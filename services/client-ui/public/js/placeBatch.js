import { placeOrder } from './api.js'
import { recall, remember } from './memory.js'

/** As many requests at a time as a browser has connections to spare beside the one that listens. */
const atATime = 5

/**
 * The orders of a batch that this tab placed, or is to place; undefined in every other tab. Each order has a key of its own, so
 * a reload or a second try orders nothing twice.
 */
export function batchToPlace(batch) {
  const job = recall(`batch.${batch}`, undefined)
  if (job === undefined) return undefined
  const isDecided = (place) => job.accepted.some(([done]) => done === place) || job.refused.some(([done]) => done === place)
  const keep = () => remember(`batch.${batch}`, job)

  /** @returns why the rest could not be placed, if it could not */
  async function placeFrom(todo, placed) {
    for (let next = todo.shift(); next !== undefined; next = todo.shift()) {
      try {
        const { orderId, acceptedAt } = await placeOrder(next.order, `${batch}/${next.place}`)
        job.accepted.push([next.place, orderId, acceptedAt])
        placed(next.place, orderId, acceptedAt, todo.length)
      } catch ({ message, temporary }) {
        // The others would fail alike.
        if (temporary) return message
        job.refused.push([next.place, message])
      }
    }
    return undefined
  }
  return {
    accepted: job.accepted,
    /** Why the shop will never take these, by place. */
    refused: job.refused,
    waiting: () => job.orders.length - job.accepted.length - job.refused.length,
    /** Places what is not decided yet. @returns why it stopped before the end, if it did */
    async place(placed) {
      const todo = job.orders.map((order, place) => ({ order, place })).filter(({ place }) => !isDecided(place))
      const ends = await Promise.all(Array.from({ length: atATime }, () => placeFrom(todo, placed)))
      keep()
      return ends.find((end) => end !== undefined)
    },
    keep,
  }
}
