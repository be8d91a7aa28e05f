import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../../deploy/local/stack/ports.ts'
import { type PostgresSettings, startPostgres, superuserUrl } from '../../deploy/local/stack/postgres.ts'

export interface OwnPostgres {
  /** Of a superuser. */
  readonly databaseUrl: string
  readonly pid: number
  /** Stops it and leaves nothing of it. */
  [Symbol.asyncDispose](): Promise<void>
}

/** The local stack's PostgreSQL, with the same settings, on data of its own; nothing else of the stack. */
export async function startOwnPostgres(logsDir?: string, settings: PostgresSettings = {}): Promise<OwnPostgres> {
  await using opened = new AsyncDisposableStack()
  const dataDir = await mkdtemp(join(tmpdir(), 'petrel-cards-postgres-'))
  opened.defer(() => rm(dataDir, { recursive: true, force: true }))
  // PostgreSQL may run as another user than we.
  await chmod(dataDir, 0o755)
  const [port = 0] = await freePorts(1)
  const postgres = await startPostgres({ dataDir, logsDir: logsDir ?? join(dataDir, 'logs'), port, settings })
  opened.defer(() => postgres.stop())
  const closing = opened.move()
  return { databaseUrl: superuserUrl(port), pid: postgres.pid, [Symbol.asyncDispose]: () => closing.disposeAsync() }
}
