import type { Campaign, CampaignEvent, Phase } from './campaign.ts'

/** A phase and when it begins, in seconds after the campaign's beginning. */
export interface TimedPhase extends Phase {
  readonly startsAt: number
}

export function timed(phases: readonly Phase[]): TimedPhase[] {
  let startsAt = 0
  return phases.map((phase) => {
    const placed = { ...phase, startsAt }
    startsAt += phase.seconds
    return placed
  })
}

export const lengthOf = (phases: readonly Phase[]): number => phases.reduce((sum, { seconds }) => sum + seconds, 0)

/** The area under the line. */
export const ordersIn = ({ seconds, from, to }: Phase): number => ((from + to) / 2) * seconds

export const ordersOf = (phases: readonly Phase[]): number => phases.reduce((sum, phase) => sum + ordersIn(phase), 0)

/** @throws Error when the event's phase is none of the campaign's */
export function eventAt({ phases }: Pick<Campaign, 'phases'>, event: CampaignEvent): number {
  const phase = timed(phases).find(({ name }) => name === event.phase)
  if (phase === undefined) throw new Error(`There is no phase "${event.phase}" for "${event.says}".`)
  return phase.startsAt + event.afterSeconds
}

/** The phase that a second belongs to; what comes after the last order is the drain. */
export const phaseAt = (phases: readonly Phase[], second: number): string =>
  timed(phases).find(({ startsAt, seconds }) => second >= startsAt && second < startsAt + seconds)?.name ?? 'drain'

/**
 * How long the drain takes when billing charges as fast as the gateway lets it, second by second: what comes above the limit
 * waits, and is charged when fewer come. An estimate, for how long bystanders stay; what is allowed follows from what waits.
 */
export function drainSeconds(phases: readonly Phase[], perSecond: number | null): number {
  if (perSecond === null) return 0
  let waiting = 0
  for (const { seconds, from, to } of phases)
    for (let second = 0; second < seconds; second++) {
      const arrive = from + ((to - from) * (second + 0.5)) / seconds
      waiting = Math.max(0, waiting + arrive - perSecond)
    }
  return Math.ceil(waiting / perSecond)
}
