import { blast } from './campaigns/blast.ts'
import { Problem } from '../deploy/local/problem.ts'
import { sentences } from './report/verdict.ts'
import { writeReport } from './report/writeReport.ts'
import type { Options } from './runner/options.ts'
import type { CampaignRun } from './runner/runCampaign.ts'
import { runInTerminal } from './runner/runInTerminal.ts'
import { openTarget } from './targets/openTarget.ts'

/** The same blast against the shop and against the house of cards, one after the other: two cores are not enough for both. @returns the exit code */
export async function duel(): Promise<number> {
  throw new Problem('todo')
}
