import { createHash } from 'node:crypto'

/** Whether the order's card is declined: settled by the order's id, so that asking again gets the same answer. */
export const isDeclined = (orderId: string, declineRate: number): boolean => fractionOf(orderId) < declineRate

/** What happens to a request for money besides its answer: it may fail before anything was done, or after. */
export type Mishap = 'none' | 'fails before' | 'fails after'

/** @param draw a random number from 0 to below 1 */
export function mishap(draw: number, failureRate: number): Mishap {
  if (draw >= failureRate) return 'none'
  return draw < failureRate / 2 ? 'fails after' : 'fails before'
}

/** A number from 0 to below 1 that depends on the text alone and is spread evenly. */
const fractionOf = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32
