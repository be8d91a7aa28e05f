// `npm run test:cluster [files…]`: the tests that need a cluster, on that of KUBECONFIG. The last line says how many passed and failed.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../../deploy/local/folders.ts'

const results = mkdtempSync(join(tmpdir(), 'petrel-cluster-'))
const report = join(results, 'tests.json')
const run = (...args: readonly string[]): number => spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' }).status ?? 1

const reporters = ['--reporter=verbose', '--reporter=json', `--outputFile.json=${report}`]
const tests = run('node_modules/vitest/vitest.mjs', 'run', '--mode', 'cluster', ...reporters, ...process.argv.slice(2))
process.exitCode = run('.ci/count.mjs', report, '0', String(tests))
rmSync(results, { recursive: true })
