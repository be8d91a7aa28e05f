import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { Client } from 'pg'
import { startChild, whenReady } from '../../deploy/local/processes/child.ts'
import { freePorts } from '../../deploy/local/stack/ports.ts'
import { chooseAccount } from '../../deploy/local/stack/postgresAccount.ts'

/** A PgBouncer in transaction mode before the test's PostgreSQL. */
export interface PgBouncer extends AsyncDisposable {
  /** The way to the same database through it, for the user that the URL names. */
  urlOf(databaseUrl: string): Promise<string>
  /** How many it has now: from clients, and to PostgreSQL. */
  connections(): Promise<{ readonly clients: number; readonly servers: number }>
}

interface PgBouncerOptions {
  /** A URL of the server behind it. */
  readonly databaseUrl: string
  /** How many connections it has at most, to each database. */
  readonly poolSize: number
}

/** Debian has it in a folder that not everybody searches. */
const folders = `${process.env['PATH'] ?? ''}${delimiter}/usr/sbin`.split(delimiter)
const program = folders.map((folder) => join(folder, 'pgbouncer')).find((file) => existsSync(file))

/** Whether tests of it are left out, which is said; where nothing may be left out they fail instead. */
export function isWithoutPgBouncer(): boolean {
  if (program !== undefined || process.env['CI']) return false
  console.log('Left out, since there is no pgbouncer here: apt-get install pgbouncer')
  return true
}

/** As Debian configures it, but for the mode: no start-up parameters, no named statements. */
export async function startPgBouncer({ databaseUrl, poolSize }: PgBouncerOptions): Promise<PgBouncer> {
  if (program === undefined) throw new Error('There is no pgbouncer: apt-get install pgbouncer')
  const folder = await mkdtemp(join(tmpdir(), 'petrel-pgbouncer-'))
  // PgBouncer refuses to be root.
  await chmod(folder, 0o755)
  const [port = 0] = await freePorts(1)
  const [settings, userList] = [join(folder, 'pgbouncer.ini'), join(folder, 'users.txt')]
  const users = new Set([userLine('operator', 'operator')])
  const writeUsers = () => writeFile(userList, [...users].join(''))
  await writeFile(settings, settingsOf({ databaseUrl, poolSize, port, userList }))
  await writeUsers()
  const account = await chooseAccount(program, folder)
  const child = await startChild({
    name: 'PgBouncer',
    command: account.command(program),
    args: account.args(program, [settings]),
    ...account.ids,
    logFile: join(folder, 'log'),
    pidFile: join(folder, 'pid'),
  })
  const operatorUrl = `postgres://operator:operator@127.0.0.1:${port}/pgbouncer`
  await whenReady(child, () =>
    ask(operatorUrl, 'show version').then(
      () => true,
      () => false,
    ),
  )
  return {
    async urlOf(url) {
      const through = new URL(url)
      users.add(userLine(decodeURIComponent(through.username), decodeURIComponent(through.password)))
      await writeUsers()
      await ask(operatorUrl, 'reload')
      through.port = String(port)
      through.hostname = '127.0.0.1'
      return through.href
    },
    async connections() {
      const [clients, servers] = await Promise.all(['show clients', 'show servers'].map((list) => ask(operatorUrl, list)))
      return { clients: clients?.length ?? 0, servers: servers?.length ?? 0 }
    },
    async [Symbol.asyncDispose]() {
      await child.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const userLine = (name: string, password: string) => `"${name}" "${password}"\n`

interface SettingsOptions extends PgBouncerOptions {
  readonly port: number
  readonly userList: string
}

/** https://www.pgbouncer.org/config.html */
function settingsOf({ databaseUrl, poolSize, port, userList }: SettingsOptions): string {
  const server = new URL(databaseUrl)
  return `[databases]
* = host=${server.hostname} port=${server.port || 5432}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${userList}
admin_users = operator
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 1000
`
}

/** Its console knows no parameters. */
async function ask(operatorUrl: string, command: string): Promise<unknown[]> {
  const client = new Client(operatorUrl)
  await client.connect()
  try {
    return (await client.query(command)).rows
  } finally {
    await client.end()
  }
}
