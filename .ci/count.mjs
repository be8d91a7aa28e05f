// node count.mjs <vitest's JSON report> <exit code of check> <exit code of the tests>
// Prints what failed, then "N passed, N failed"; ends with 1 unless everything passed.
import { existsSync, readFileSync } from 'node:fs'

const [report, check, tests] = process.argv.slice(2)
const { passed, skipped, failures } = existsSync(report) ? count(JSON.parse(readFileSync(report, 'utf8'))) : nothing()

if (check !== '0') failures.push('npm run check')
if (tests !== '0' && failures.length === 0)
  failures.push(`npm test ended with ${tests}, though no test failed: an error outside of tests`)

for (const failure of failures) console.log(`failed: ${failure}`)
if (skipped > 0) console.log(`${skipped} left out`)
console.log(`${passed} passed, ${failures.length} failed`)
process.exitCode = failures.length > 0 ? 1 : 0

function count({ testResults }) {
  const all = testResults.flatMap(({ name, assertionResults }) => assertionResults.map((each) => ({ file: name, ...each })))
  const named = all.filter(({ status }) => status === 'failed').map(({ file, fullName }) => `${file}: ${fullName}`)
  // A file that could not even be loaded, or whose set-up failed, has tests that nobody counted.
  const unloaded = testResults
    .filter(({ status, assertionResults }) => status === 'failed' && assertionResults.every((each) => each.status !== 'failed'))
    .map(({ name, message }) => `${name}: ${message}`)
  const passed = all.filter(({ status }) => status === 'passed').length
  return { passed, skipped: all.length - passed - named.length, failures: [...named, ...unloaded] }
}

/** The tests did not come to an end, so none is known to have passed. */
function nothing() {
  return { passed: 0, skipped: 0, failures: ['npm test wrote no report'] }
}
