import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ProjectContext } from '../commandContext.ts'
import { execute } from '../execute.ts'
import type { LaptopFacts } from './laptop.ts'

/** @returns undefined where nothing can run locally: in an image there is no deploy/ */
export async function laptopFacts({ root, env }: ProjectContext): Promise<LaptopFacts | undefined> {
  if (!existsSync(join(root, 'deploy', 'local'))) return undefined
  // What npm start asks, too. Loaded here, since an image has the command and not these files.
  const [{ findJava }, { assertUsableFolder }, { assertPortsFree, portsToUse }, { readSettings }, { holderOf }, folders] =
    await Promise.all([
      import('../../../../deploy/local/stack/java.ts'),
      import('../../../../deploy/local/stack/disk.ts'),
      import('../../../../deploy/local/stack/ports.ts'),
      import('../../../../deploy/local/settings.ts'),
      import('../../../../deploy/local/processes/pidFile.ts'),
      import('../../../../deploy/local/folders.ts'),
    ])
  const settings = readSettings(env)
  const ports = {
    kafka: settings.KAFKA_PORT,
    kafkaController: settings.KAFKA_CONTROLLER_PORT,
    registry: settings.REGISTRY_PORT,
    postgres: settings.POSTGRES_PORT,
  }
  const runs = holderOf(folders.START_PID) !== undefined
  const taken = runs ? undefined : await sentence(assertPortsFree(portsToUse(ports, {})))
  return {
    node: process.versions.node,
    java: await sentence(findJava(env)),
    hasMaven: (await execute('mvn', ['--version'], env)).code === 0,
    hasJars: existsSync(folders.JARS) && readdirSync(folders.JARS).some((name) => !name.startsWith('unfinished-')),
    ports: taken?.split('\n') ?? [],
    disk: await sentence(assertUsableFolder(folders.LOCAL)),
  }
}

const sentence = (attempt: Promise<unknown>): Promise<string | undefined> =>
  attempt.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
