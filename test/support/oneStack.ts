import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { JARS } from '../../deploy/local/folders.ts'
import { freePorts } from '../../deploy/local/stack/ports.ts'
import { compileServices } from '../../deploy/local/processes/serviceProcess.ts'
import { readSettings } from '../../deploy/local/settings.ts'
import { type Stack, type StackAddresses, type StackOptions, startStack } from '../../deploy/local/stack/stack.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the stack of this run listens. */
    stack: StackAddresses
  }
}

interface Shared {
  users: number
  readonly started: Promise<OwnStack>
}

export interface OwnStack {
  readonly stack: Stack
  /** Stops it and leaves nothing of it. */
  readonly remove: () => Promise<void>
}

// Vitest evaluates this file once for each project that names it; they are to share one stack.
const holder = globalThis as typeof globalThis & { petrelTestStack?: Shared }

/** Vitest's global setup: one stack for all projects of a run. @returns what stops it, with the last project. */
export default async function oneStack(project: TestProject): Promise<() => Promise<void>> {
  const shared = (holder.petrelTestStack ??= { users: 0, started: startSharedStack() })
  shared.users += 1
  const { stack, remove } = await shared.started
  stack.archiveClasses()
  const { kafkaBrokers, registryUrl, databaseUrl } = stack
  project.provide('stack', { kafkaBrokers, registryUrl, databaseUrl })
  return async () => {
    shared.users -= 1
    if (shared.users > 0) return
    delete holder.petrelTestStack
    await remove()
  }
}

/** Parts that run elsewhere are used from there (KAFKA_BROKERS, SCHEMA_REGISTRY_URL, DATABASE_URL). */
function startSharedStack(): Promise<OwnStack> {
  const { KAFKA_BROKERS, SCHEMA_REGISTRY_URL, DATABASE_URL } = readSettings(process.env)
  const elsewhere = { kafkaBrokers: KAFKA_BROKERS, registryUrl: SCHEMA_REGISTRY_URL, databaseUrl: DATABASE_URL }
  return startOwnStack({ elsewhere, log: (line) => console.log(line) })
}

/** A stack that nobody else uses, on free ports with data of its own; for tests that break it. */
export async function startOwnStack({
  elsewhere = {},
  postgresSettings = {},
  users,
  log = () => {},
}: Partial<StackOptions> = {}): Promise<OwnStack> {
  const dataDir = await mkdtemp(join(tmpdir(), 'petrel-test-'))
  // PostgreSQL may run as another user than we.
  await chmod(dataDir, 0o755)
  const removeData = () => rm(dataDir, { recursive: true, force: true })
  const [kafka = 0, kafkaController = 0, registry = 0, postgres = 0] = await freePorts(4)
  const ports = { kafka, kafkaController, registry, postgres }
  try {
    const options = { dataDir, jarsDir: JARS, ports, elsewhere, postgresSettings, users, log }
    const [stack] = await Promise.all([startStack(options), compileServices()])
    return { stack, remove: () => stack.stop().then(removeData) }
  } catch (error) {
    await removeData()
    throw error
  }
}
