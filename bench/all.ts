// `npm run bench`: every benchmark, one after the other, each on a stack of its own.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

for (const benchmark of ['effectsOnce.ts', 'orders.ts']) {
  console.log(`\n${benchmark}`)
  const { status } = spawnSync(process.execPath, [...process.execArgv, join(import.meta.dirname, benchmark)], {
    stdio: 'inherit',
  })
  if (status !== 0) process.exitCode = 1
}
