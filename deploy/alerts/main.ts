import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { run } from '../commandLine.ts'
import { ROOT } from '../local/folders.ts'
import { toolThatIsThere } from '../tools/build.ts'
import { copiesOfRules, RULES, testFiles } from './files.ts'
import { rulesFile } from './rulesFile.ts'

// `npm run alerts`: the rules, from what endpoints promise and what is measured. With `check` it writes nothing, says whether
// something would change, and lets promtool check and test them where it is there.
const isCheck = process.argv[2] === 'check'
const stale = copiesOfRules.filter((file) => !existsSync(file) || readFileSync(file, 'utf8') !== rulesFile())
for (const file of stale) {
  if (!isCheck) writeFileSync(file, rulesFile())
  const name = relative(ROOT, file)
  console.log(isCheck ? `${name} is not what its sources say: npm run alerts` : `${name} written.`)
}
if (stale.length > 0 && isCheck) process.exitCode = 1
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
