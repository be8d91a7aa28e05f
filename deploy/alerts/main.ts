import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../commandLine.ts'
import { ROOT } from '../local/folders.ts'
import { toolThatIsThere } from '../tools/build.ts'
import { RULES, testFiles } from './files.ts'
import { rulesFile } from './rulesFile.ts'

// `npm run alerts`: the rules, from what endpoints promise and what is measured. With `check` it writes nothing, says whether
// something would change, and lets promtool check and test them where it is there.
const isCheck = process.argv[2] === 'check'
const isStale = !existsSync(RULES) || readFileSync(RULES, 'utf8') !== rulesFile()
if (isStale && !isCheck) writeFileSync(RULES, rulesFile())
if (isStale)
  console.log(isCheck ? 'deploy/alerts/petrel.rules.yaml is not what its sources say: npm run alerts' : 'Alerts written.')
if (isStale && isCheck) process.exitCode = 1
if (isCheck) await checkWithPromtool()

async function checkWithPromtool(): Promise<void> {
  const promtool = await toolThatIsThere('promtool')
  if (promtool === undefined)
    return console.log('skipped: no promtool, so alerts are not tested; `node deploy/tools/build.ts promtool` builds it')
  try {
    await run(promtool, ['check', 'rules', RULES])
    await run(promtool, ['test', 'rules', ...testFiles()])
  } catch (error) {
    console.error((error as Error).message.replaceAll(join(ROOT, '/'), ''))
    process.exitCode = 1
  }
}
