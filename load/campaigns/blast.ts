import type { Campaign, Load, Phase } from './campaign.ts'
import { booksAreExact, drained, frontHolds, wasLevelled } from './expectations.ts'

/** A mail goes out to everybody: from calm to thirty times as many within seconds, for minutes, and then fewer and fewer. */
export const blastPhases = ({ rate, calm, seconds, warmUpSeconds, tailSeconds }: Load): Phase[] => [
  { name: 'warm-up', seconds: warmUpSeconds, from: calm, to: calm },
  { name: 'rise', seconds: 20, from: calm, to: rate },
  { name: 'blast', seconds, from: rate, to: rate },
  { name: 'tail', seconds: tailSeconds, from: rate, to: calm },
]

export const blast = (load: Load): Campaign => ({
  name: 'blast',
  question: 'A mail goes to all customers. Does the shop go on taking orders while billing cannot follow?',
  phases: blastPhases(load),
  bystandersPerSecond: load.bystandersPerSecond,
  gatewayPerSecond: load.gatewayPerSecond,
  events: [],
  expectations: [...frontHolds, ...levelling(load), ...booksAreExact],
})

/** Only where the gateway takes fewer than come. */
export function levelling({ rate, seconds, gatewayPerSecond }: Load): ReturnType<typeof drained>[] {
  if (gatewayPerSecond === null || gatewayPerSecond >= rate) return []
  const surplus = (rate - gatewayPerSecond) * seconds
  return [wasLevelled(Math.min(1000, Math.round(surplus / 4))), drained(1.2)]
}
