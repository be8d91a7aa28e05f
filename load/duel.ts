import { join } from 'node:path'
import { LOGS } from '../deploy/local/folders.ts'
import type { Campaign } from './campaigns/campaign.ts'
import { forHouse } from './house-of-cards/forHouse.ts'
import { openHouseAsTarget } from './house-of-cards/target.ts'
import { startOwnPostgres } from './house-of-cards/postgres.ts'
import { passed, sentences } from './report/verdict.ts'
import { writeReport } from './report/writeReport.ts'
import type { CampaignRun } from './runner/runCampaign.ts'
import { runInTerminal } from './runner/runInTerminal.ts'
import type { Target } from './targets.ts'
import { openTarget } from './targets/openTarget.ts'

export interface Duel {
  readonly campaign: Campaign
  readonly k6: string
  readonly signal: AbortSignal
  /** Whether the house of cards sends idempotency keys. */
  readonly hasKeys: boolean
}

/**
 * The same campaign against the shop and against the house of cards, one after the other: a laptop has not enough cores for
 * both at once. @returns the exit code: 0 when everything held at the shop; the house is shown as it is
 */
export async function duel({ campaign, k6, signal, hasKeys }: Duel): Promise<number> {
  const shop = await runAt(await openTarget(undefined, console.log), (target) => runInTerminal(campaign, target, k6, signal))
  const house = await runAt(await openHouse(hasKeys), (target) => runInTerminal(forHouse(campaign, target), target, k6, signal))
  for (const run of [shop, house]) console.log(`\n${sentences(run).join('\n')}`)
  console.log(`\nReport: ${await writeReport([shop, house], `duel-${campaign.name}`)}`)
  return passed(shop) ? 0 : 1
}

/** Closed before the other opens. */
async function runAt(target: Target, run: (target: Target) => Promise<CampaignRun>): Promise<CampaignRun> {
  await using open = target
  return await run(open)
}

async function openHouse(hasKeys: boolean): Promise<Target> {
  await using opened = new AsyncDisposableStack()
  const logsDir = join(LOGS, 'house-of-cards')
  const { databaseUrl } = opened.use(await startOwnPostgres(logsDir))
  const house = opened.use(await openHouseAsTarget({ databaseUrl, logsDir, hasKeys }))
  const closing = opened.move()
  return { ...house, [Symbol.asyncDispose]: () => closing.disposeAsync() }
}
