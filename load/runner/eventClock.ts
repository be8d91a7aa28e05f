import type { Campaign, CampaignEvent } from '../campaigns/campaign.ts'
import { eventAt } from '../campaigns/phases.ts'
import { Problem } from '../../deploy/local/problem.ts'
import type { Target } from '../targets.ts'

/** What went wrong on purpose, and when; in seconds after the beginning. */
export interface Happened {
  readonly second: number
  readonly says: string
}

export interface EventClock {
  begin(): void
  happened(): readonly Happened[]
  /** Cancels what has not happened. @throws what an event threw */
  end(): Promise<void>
}

/** Does what a campaign has planned, each at its time. */
export function eventClock(campaign: Campaign, target: Target, tell: (happened: Happened) => void): EventClock {
  const timers: NodeJS.Timeout[] = []
  const under: Promise<void>[] = []
  const failed: unknown[] = []
  const happened: Happened[] = []
  const happen = async (event: CampaignEvent, second: number) => {
    happened.push({ second, says: event.says })
    tell({ second, says: event.says })
    await actionOf(event, target)()
  }
  return {
    begin() {
      for (const event of campaign.events) {
        const second = eventAt(campaign, event)
        const doIt = () => under.push(happen(event, second).catch((error: unknown) => void failed.push(error)))
        timers.push(setTimeout(doIt, second * 1000))
      }
    },
    happened: () => happened,
    async end() {
      for (const timer of timers) clearTimeout(timer)
      await Promise.all(under)
      if (failed.length > 0) throw failed[0]
    },
  }
}

/** Whether a target has what such an event is about. */
export const isPossible = ({ does }: CampaignEvent, { faults }: Pick<Target, 'faults'>): boolean =>
  typeof does === 'object' || faults[does] !== undefined

/** @throws Problem when the target cannot do one of the campaign's events: before it has begun */
export function assertPossible(campaign: Campaign, target: Target): void {
  for (const event of campaign.events) actionOf(event, target)
}

function actionOf({ does, says }: CampaignEvent, target: Target): () => Promise<void> {
  if (typeof does === 'object') return () => target.limitGateway(does.gatewayPerSecond)
  const action = target.faults[does]
  if (action === undefined) throw new Problem(`"${says}" cannot be done to ${target.name} here: choose another campaign.`)
  return action
}
