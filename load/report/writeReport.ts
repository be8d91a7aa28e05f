import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { join } from 'node:path'
import type { CampaignRun } from '../runner/runCampaign.ts'
import { RUNS } from '../runner/runInTerminal.ts'
import { curvesOf } from './curves.ts'
import { page } from './page.ts'
import { recoveryOf } from './recovery.ts'
import { passed, verdicts } from './verdict.ts'

const machine = `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GB`

/** Keeps what was shown, for people and for programs. @returns the file for people */
export async function writeReport(runs: readonly CampaignRun[], name = runs[0]?.campaign.name ?? ''): Promise<string> {
  const folder = join(RUNS, `${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}-${name}`)
  await mkdir(folder, { recursive: true })
  const report = join(folder, 'report.html')
  await writeFile(report, page(runs, machine))
  await writeFile(join(folder, 'summary.json'), `${JSON.stringify({ machine, runs: runs.map(summaryOf) }, null, 2)}\n`)
  return report
}

/** Without the books: they are thousands of lines, and what follows from them is here. */
const summaryOf = ({ books, ...run }: CampaignRun) => ({
  target: run.target,
  campaign: run.campaign,
  beganAt: run.beganAt,
  passed: passed(run),
  verdicts: verdicts(run),
  phases: run.phases,
  audit: run.audit,
  happened: run.happened,
  recovery: recoveryOf({ ...run, books }),
  curves: curvesOf({ ...run, books }),
  k6: run.summary.metrics,
})
