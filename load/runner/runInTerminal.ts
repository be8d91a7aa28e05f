import { join } from 'node:path'
import { LOCAL } from '../../deploy/local/folders.ts'
import type { Campaign } from '../campaigns/campaign.ts'
import { drainSeconds, lengthOf, ordersOf } from '../campaigns/phases.ts'
import type { Target } from '../targets.ts'
import { type CampaignRun, runCampaign } from './runCampaign.ts'
import { eventLine, heading, line } from './terminal.ts'

/** Where runs are kept. */
export const RUNS = join(LOCAL, 'load')

/** A line for every so many seconds: a blast fits on a screen. */
const LINE_EVERY_S = 5

/** Runs a campaign while a person looks on. */
export async function runInTerminal(campaign: Campaign, target: Target, k6: string, signal: AbortSignal): Promise<CampaignRun> {
  const { phases, gatewayPerSecond } = campaign
  const drain = drainSeconds(phases, gatewayPerSecond)
  const rate = Math.max(...phases.flatMap(({ from, to }) => [from, to]))
  const scale = { rate, waiting: Math.max(100, drain * (gatewayPerSecond ?? 0)) }
  console.log(`\n${target.name}: ${campaign.name}. ${campaign.question}`)
  console.log(
    `${Math.round(ordersOf(phases))} orders within ${lengthOf(phases)} s, and then some ${drain} s until all are billed.\n`,
  )
  console.log(heading)
  let waitingForBilling: number | undefined
  return runCampaign(campaign, target, {
    k6,
    folder: join(RUNS, 'k6'),
    signal,
    onTick: (tick, phase) => {
      // A busy machine is not asked every second.
      waitingForBilling = tick.waitingForBilling ?? waitingForBilling
      if (tick.second % LINE_EVERY_S === 0) console.log(line({ ...tick, waitingForBilling }, phase, scale))
    },
    onEvent: (happened) => console.log(eventLine(happened)),
  })
}
