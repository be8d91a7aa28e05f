// `npm run load -- blast [--rate 150 …]`: runs a campaign against the local shop or one in a cluster, and writes its report.
import { findTool } from '../deploy/tools/build.ts'
import { Problem } from '../deploy/local/problem.ts'
import { shutdownSignal } from '../deploy/local/processes/shutdownSignal.ts'
import { campaigns } from './campaigns/campaigns.ts'
import { duel } from './duel.ts'
import { passed, sentences } from './report/verdict.ts'
import { writeReport } from './report/writeReport.ts'
import { readOptions } from './runner/options.ts'
import { runInTerminal } from './runner/runInTerminal.ts'
import { openTarget } from './targets/openTarget.ts'

try {
  process.exitCode = await run()
} catch (error) {
  console.error(error instanceof Problem ? error.message : error)
  process.exitCode = 1
}

/** @returns the exit code: 0 when everything held */
async function run(): Promise<number> {
  const options = readOptions(process.argv.slice(2))
  const signal = shutdownSignal()
  const k6 = await findTool('k6')
  if (options.name === 'duel') return duel(options, k6, signal)
  const campaign = campaigns[options.name]?.(options.load)
  if (campaign === undefined) throw new Problem(`There is no campaign "${options.name}".`)

  await using target = await openTarget(options.cluster, console.log)
  const result = await runInTerminal(campaign, target, k6, signal)
  console.log(`\n${sentences(result).join('\n')}`)
  console.log(`\nReport: ${await writeReport([result])}`)
  return passed(result) ? 0 : 1
}
