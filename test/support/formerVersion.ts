import { execFile, execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../../deploy/local/folders.ts'
import { linkModules } from './linkModules.ts'
import { endpoints, type Version } from './shop.ts'

const run = promisify(execFile)

/** The last one before the tables knew positions, versions of saga states, and limits of time. Petrel 0.1, before it, may not run beside others. */
const formerCommit = 'a0909504ba4e82b25a568c37e8bb2a3326cd164e'

/** Whether tests of it are left out, which is said; where nothing may be left out they fail instead. */
export function isWithoutHistory(): boolean {
  if (process.env['CI']) return false
  try {
    execFileSync('git', ['cat-file', '-e', `${formerCommit}^{commit}`], { cwd: ROOT, stdio: 'ignore' })
    return false
  } catch {
    console.log(`Left out, since this clone has no history back to ${formerCommit}: git fetch --unshallow`)
    return true
  }
}

/** All of the project as it was, with what is installed here. */
export async function formerVersion(): Promise<Version & AsyncDisposable> {
  const root = await mkdtemp(join(tmpdir(), 'petrel-former-'))
  await run('git', ['clone', '--quiet', '--no-checkout', ROOT, root])
  await run('git', ['checkout', '--quiet', '--detach', formerCommit], { cwd: root })
  await linkModules(root)
  return {
    root,
    async deploy(system) {
      const databases = await Promise.all(endpoints.map(async (name) => [name, await system.createDatabase(name)] as const))
      const environment = {
        KAFKA_BROKERS: system.addresses.kafkaBrokers,
        SCHEMA_REGISTRY_URL: system.addresses.registryUrl,
        TOPIC_PREFIX: system.prefix,
        databases: Object.fromEntries(databases),
      }
      await mkdir(join(root, '.local'))
      await writeFile(join(root, '.local/environment.json'), JSON.stringify(environment))
      // With Kafka's address in the environment it would not look there.
      const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'KAFKA_BROKERS'))
      await run(process.execPath, ['packages/cli/bin/petrel.mjs', 'deploy', ...endpoints], { cwd: root, env })
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}
