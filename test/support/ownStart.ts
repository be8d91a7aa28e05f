import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { stripVTControlCharacters } from 'node:util'
import { ROOT } from '../../deploy/local/folders.ts'
import { type GuardedProcess, spawnGuarded } from '../../deploy/local/processes/guardedProcess.ts'
import { freePorts } from '../../deploy/local/stack/ports.ts'
import { eventually } from './eventually.ts'

export const bootstrap = join(ROOT, 'deploy/local/bootstrap.mjs')

export const portVariables = [
  'CLIENT_UI_PORT',
  'PAYMENT_GATEWAY_PORT',
  'LOYALTY_PORT',
  'CONSOLE_PORT',
  'MAILBOX_PORT',
  'SMTP_PORT',
  'KAFKA_PORT',
  'KAFKA_CONTROLLER_PORT',
  'REGISTRY_PORT',
  'POSTGRES_PORT',
  'PROMETHEUS_PORT',
  'WATCH_PORT',
] as const

/** The environment of an `npm start` that meets no other: on free ports, with its data in a folder of its own. */
export async function ownStartEnvironment(folder: string): Promise<Record<string, string | undefined>> {
  const ports = await freePorts(portVariables.length)
  const chosen = Object.fromEntries(portVariables.map((name, index) => [name, String(ports[index])]))
  return { ...process.env, ...chosen, PETREL_SYSTEM_FOLDER: folder }
}

/** A whole system that runs beside any other. */
export interface OwnStart {
  /** What it leaves on the disk, as `.local`. */
  readonly folder: string
  /** Its environment, for commands about it. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** What it has printed. */
  readonly lines: readonly string[]
  stop(): Promise<void>
}

interface Starting {
  /** How the name of its folder begins. */
  readonly folderPrefix?: string
  readonly environment?: Readonly<Record<string, string>>
}

/** `npm start` with these arguments; resolves when it is up. @throws Error with all that it has printed, when it is not up in time */
export async function ownStart(
  args: readonly string[] = [],
  { folderPrefix = 'petrel-started-', environment = {} }: Starting = {},
): Promise<OwnStart> {
  const folder = await mkdtemp(join(tmpdir(), folderPrefix))
  // PostgreSQL may run as another user than we.
  await chmod(folder, 0o755)
  const env = { ...(await ownStartEnvironment(folder)), ...environment }
  const start = [bootstrap, 'start', ...args]
  const system = await spawnGuarded('npm start', process.execPath, start, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const lines = linesOf(system)
  const stop = async () => {
    await system.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await eventually(() => requireUp(lines), { withinMs: 110_000 })
  } catch (error) {
    await stop()
    throw error
  }
  return { folder, env, lines, stop }
}

function linesOf({ stdout, stderr }: GuardedProcess): readonly string[] {
  const lines: string[] = []
  for (const output of [stdout, stderr])
    if (output) createInterface({ input: output }).on('line', (line) => lines.push(stripVTControlCharacters(line)))
  return lines
}

function requireUp(lines: readonly string[]): void {
  if (!lines.some((line) => line.startsWith('Up after'))) throw new Error(`It is not up:\n${lines.join('\n')}`)
}
