import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Child } from '../../../../../deploy/local/processes/child.ts'
import { type Authority, certificateAuthority } from '../../../../../deploy/local/stack/certificates.ts'
import { freePorts } from '../../../../../deploy/local/stack/ports.ts'
import { startPostgres, superuserUrl } from '../../../../../deploy/local/stack/postgres.ts'
import { eventually } from '../../../../../test/support/eventually.ts'
import { databaseAt, databaseSettings } from '../../connections/databaseSettings.ts'
import { NotLetIn, notLetIn } from '../../connections/notLetIn.ts'
import { readEnvironment } from '../../settings.ts'
import { StoreUnavailable } from '../port.ts'
import { openPool } from './connections.ts'
import { databasePool, withDatabaseClient } from './databasePool.ts'
import { migrate, petrelMigrations } from './migrate.ts'
import { dropDatabase, ensureDatabase } from './serviceDatabase.ts'
import { postgresStore } from './store.ts'

let [folder, port] = ['', 0]
let authority: Authority
let postgres: Child
const said: string[] = []
/** What services log with: its methods work on it alone. */
const log = pino({}, { write: (line: string) => void said.push((JSON.parse(line) as { msg: string }).msg) })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'petrel-secured-'))
  await chmod(folder, 0o755)
  port = (await freePorts(1))[0] ?? 0
  authority = await certificateAuthority('Petrel test CA')
  const hba = [
    'hostssl all sales 127.0.0.1/32 scram-sha-256',
    'hostssl all stock 127.0.0.1/32 cert',
    'hostssl all petrel 127.0.0.1/32 scram-sha-256',
  ]
  postgres = await startPostgres({
    dataDir: join(folder, 'postgres'),
    logsDir: folder,
    port,
    password: 'super secret',
    // Not for localhost: verify-ca does not ask for whom it is, and verify-full does.
    tls: { certificate: await authority.issue({ name: 'database', hosts: ['127.0.0.1'] }), ca: authority.ca, hba },
    settings: {},
  })
  await writeFile(join(folder, 'ca.pem'), authority.ca)
  await asSuperuser("create role sales login password 'first'")
  await asSuperuser('create role stock login')
})
afterAll(async () => {
  await postgres.stop()
  await rm(folder, { recursive: true })
})

const superuser = () =>
  `${superuserUrl(port, encodeURIComponent('super secret'))}?sslmode=verify-full&sslrootcert=${join(folder, 'ca.pem')}`

const asSuperuser = (sql: string) => withDatabaseClient(superuser(), {}, (client) => client.query(sql))

interface Session {
  readonly ssl: boolean
  readonly usename: string
}

const session = 'select ssl, usename from pg_stat_ssl join pg_stat_activity using (pid) where pid = pg_backend_pid()'

const read = (environment: Record<string, string>) =>
  readEnvironment(databaseSettings, { DATABASE_URL: `postgres://sales@127.0.0.1:${port}/postgres`, ...environment }).database

async function sessionWith(environment: Record<string, string>): Promise<Session | undefined> {
  said.length = 0
  const pool = databasePool(read(environment), log)
  try {
    return (await pool.query<Session>(session)).rows[0]
  } finally {
    await pool.end()
  }
}

const ca = () => join(folder, 'ca.pem')
const sales = { ssl: true, usename: 'sales' }

test.for<[string, () => Record<string, string>]>([
  ['verify-full', () => ({ DATABASE_SSL_MODE: 'verify-full', DATABASE_SSL_CA_FILE: ca(), DATABASE_PASSWORD: 'first' })],
  ['verify-ca', () => ({ DATABASE_SSL_MODE: 'verify-ca', DATABASE_SSL_CA_FILE: ca(), DATABASE_PASSWORD: 'first' })],
  ['require, which checks nobody without a CA', () => ({ DATABASE_SSL_MODE: 'require', DATABASE_PASSWORD: 'first' })],
  [
    'everything in the URL, as libpq has it',
    () => ({ DATABASE_URL: `postgres://sales:first@127.0.0.1:${port}/postgres?sslmode=verify-full&sslrootcert=${ca()}` }),
  ],
])('over TLS with scram: %s', async ([, environment]) => {
  expect(await sessionWith(environment())).toEqual(sales)
  expect(said).toEqual([])
})

test('with a certificate instead of a password', async () => {
  const { cert, key } = await authority.issue({ name: 'stock' })
  const tls = { DATABASE_SSL_MODE: 'verify-full', DATABASE_SSL_CA_FILE: ca(), DATABASE_SSL_CERT: cert, DATABASE_SSL_KEY: key }
  const url = `postgres://stock@127.0.0.1:${port}/postgres`
  expect(await sessionWith({ ...tls, DATABASE_URL: url })).toEqual({ ssl: true, usename: 'stock' })
})

test('the database of a service is made and dropped', async () => {
  const service = databaseAt(`postgres://billing:hush@127.0.0.1:${port}/billing?sslmode=verify-full&sslrootcert=${ca()}`)
  await ensureDatabase(superuser(), service)
  expect(await dropDatabase(superuser(), service)).toEqual({ role: 'billing', database: 'billing' })
})

test.for<[string, () => Record<string, string>, RegExp]>([
  [
    'a wrong password',
    () => ({ DATABASE_SSL_MODE: 'require', DATABASE_PASSWORD: 'hush' }),
    /^PostgreSQL does not let us in: password authentication failed for user "sales" \(SQLSTATE 28P01\)\. Check the user in DATABASE_URL, DATABASE_PASSWORD and/,
  ],
  [
    'no TLS where it is wanted',
    () => ({ DATABASE_PASSWORD: 'first' }),
    /no pg_hba\.conf entry .* no encryption \(SQLSTATE 28000\)\. Check .* DATABASE_SSL_MODE/,
  ],
  [
    'a CA that has not signed its certificate',
    () => ({ DATABASE_SSL_MODE: 'verify-full', DATABASE_PASSWORD: 'first' }),
    /certificate is not signed by anybody we trust .* Is its CA in DATABASE_SSL_CA_FILE\?/,
  ],
  [
    'a certificate for another name',
    () => ({
      DATABASE_URL: `postgres://sales@localhost:${port}/postgres`,
      DATABASE_SSL_MODE: 'verify-full',
      DATABASE_SSL_CA_FILE: ca(),
      DATABASE_PASSWORD: 'first',
    }),
    /certificate is for somebody else\..*DATABASE_SSL_SERVER_NAME/,
  ],
])('%s is told apart from a database that is away: once, with what to check', async ([, environment, says]) => {
  said.length = 0
  const pool = openPool(read(environment()), log)
  const store = postgresStore({ pool, log })
  for (let tries = 0; tries < 3; tries += 1) {
    const error: unknown = await store.census().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StoreUnavailable)
    expect(notLetIn(error)).toBeInstanceOf(NotLetIn)
    expect((error as Error).message).toMatch(says)
  }
  await pool.end()
  expect(said).toEqual([expect.stringMatching(says)])
  expect(said.join()).not.toContain('hush')
})

test('verify-ca does not ask whom the certificate is for', async () => {
  const tls = { DATABASE_SSL_MODE: 'verify-ca', DATABASE_SSL_CA_FILE: ca(), DATABASE_PASSWORD: 'first' }
  expect(await sessionWith({ ...tls, DATABASE_URL: `postgres://sales@localhost:${port}/postgres` })).toEqual(sales)
})

test('sslmode=prefer is refused at the start: it protects from nobody', () => {
  expect(() => read({ DATABASE_URL: 'postgres://sales@db/sales?sslmode=prefer' })).toThrow(
    /DATABASE_URL: sslmode must be one of disable/,
  )
})

test('a password that changes there and in the file costs no restart, and connections that are open go on', async () => {
  said.length = 0
  const file = join(folder, 'password')
  await writeFile(file, 'first\n')
  const pool = databasePool(read({ DATABASE_SSL_MODE: 'require', DATABASE_PASSWORD_FILE: file }), log, { max: 2 })
  const open = await pool.connect()
  await asSuperuser("alter role sales password 'second'")
  await expect(pool.query(session)).rejects.toThrow(/Check the user in DATABASE_URL, DATABASE_PASSWORD_FILE/)
  expect((await open.query<Session>(session)).rows).toEqual([sales])
  await writeFile(file, 'second\n')
  await eventually(async () => expect((await pool.query<Session>(session)).rows).toEqual([sales]))
  expect(said.at(-1)).toBe('PostgreSQL lets us in again')
  open.release()
  await pool.end()
  await asSuperuser("alter role sales password 'first'")
})

test('the tables of the library are made over TLS', async () => {
  await asSuperuser('create database petrel_tables owner sales')
  const database = read({
    DATABASE_URL: `postgres://sales@127.0.0.1:${port}/petrel_tables`,
    DATABASE_SSL_MODE: 'verify-full',
    DATABASE_SSL_CA_FILE: ca(),
    DATABASE_PASSWORD: 'first',
  })
  expect(await migrate(database, [petrelMigrations])).not.toEqual([])
})
