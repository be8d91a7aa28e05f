// `npm run load -- blast [--rate 150 …]`: runs a campaign against the local shop or one in a cluster, and writes its report.
import { findTool } from '../deploy/tools/build.ts'
import { Problem } from '../deploy/local/problem.ts'
import { shutdownSignal } from '../deploy/local/processes/shutdownSignal.ts'
import { duel } from './duel.ts'
import { passed, sentences } from './report/verdict.ts'
import { writeReport } from './report/writeReport.ts'
import { readOptions } from './runner/options.ts'
import { runInTerminal } from './runner/runInTerminal.ts'
import { openTarget } from './targets/openTarget.ts'

const shutdown = shutdownSignal()
try {
  process.exitCode = await run()
} catch (error) {
  if (!shutdown.aborted) console.error(error instanceof Problem ? error.message : error)
  process.exitCode = 1
}

/** @returns the exit code: 0 when everything held */
async function run(): Promise<number> {
  const { campaign, isDuel, hasKeys, cluster } = readOptions(process.argv.slice(2))
  const k6 = await findTool('k6')
  if (isDuel) return duel({ campaign, k6, signal: shutdown, hasKeys })

  await using target = await openTarget(cluster, console.log)
  const result = await runInTerminal(campaign, target, k6, shutdown)
  console.log(`\n${sentences(result).join('\n')}`)
  console.log(`\nReport: ${await writeReport([result])}`)
  return passed(result) ? 0 : 1
}
