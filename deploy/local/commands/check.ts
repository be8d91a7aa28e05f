import { spawnSync } from 'node:child_process'
import { styleText } from 'node:util'
import { ROOT } from '../folders.ts'

// `npm run check`: everything that can be found out about the code without running it. All checks run, also when the first one fails.
const CHECKS = {
  'check:format': 'the format (npm run format mends it)',
  'check:lint': 'lint, with types',
  'check:types': 'types',
  'contracts:check': 'generated files are up to date (npm run contracts mends it)',
  'charts:check': 'the charts, with the tools that are there (deploy/charts)',
  'topology:check': 'documents, charts and manifests are what the endpoints say (npm run topology mends it)',
  'dashboards:check': 'dashboards are what their definitions say (npm run dashboards mends it)',
  'alerts:check': 'alerts are what their sources say, and fire when they should (npm run alerts mends the first)',
  'check:unused': 'no unused code, no unused dependencies',
}

const failed = Object.entries(CHECKS).filter(([script, what]) => {
  const { status } = spawnSync('npm', ['run', '--silent', script], { cwd: ROOT, stdio: 'inherit' })
  console.log(status === 0 ? styleText('green', `✓ ${what}`) : styleText('red', `✗ ${what}`))
  return status !== 0
})
process.exitCode = failed.length > 0 ? 1 : 0
