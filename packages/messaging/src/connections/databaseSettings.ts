import { type Supplied, suppliedFile, suppliedText } from './supplied.ts'
import { checkTls, noTlsSettings, type TlsSettings, tlsSettings, tlsVariables } from './tls.ts'
import { fromEnvironment, type Variables } from './variables.ts'

/** Where a PostgreSQL database is, and how it knows us. */
export interface DatabaseConnection {
  /** `postgres://user@host:5432/database`, without a password, and without parameters about TLS. */
  readonly url: string
  readonly password: Supplied | undefined
  /** Undefined: without TLS. */
  readonly tls: TlsSettings | undefined
  /** The same database past the pooler that `url` leads to; missing where it leads to the server itself. */
  readonly direct?: DatabaseConnection
}

/** A URL with everything in it, or what was read from an environment. */
export type Database = string | DatabaseConnection

export const databaseOf = (database: Database): DatabaseConnection =>
  typeof database === 'string' ? databaseAt(database) : database

/** Where a session is one's own: past the pooler, if one is named. */
export const directly = (database: Database): Database =>
  typeof database === 'string' ? database : (database.direct ?? database)

/**
 * `DATABASE_URL`, whose password may be in `DATABASE_PASSWORD`; `DATABASE_SSL_MODE` and `DATABASE_SSL_…`, where the URL does not
 * say it as libpq has it (`sslmode`, `sslrootcert`, `sslcert`, `sslkey`). `DATABASE_DIRECT_URL`, past a pooler, with the same TLS,
 * and the same password unless it has one.
 */
export const databaseSettings = fromEnvironment((variables) => ({
  database: readPooled(variables) ?? missing(variables),
}))

/** The same for whom a database is only sometimes needed; and `DATABASE_ADMIN_URL` of who may make it, with the same TLS. */
export const optionalDatabaseSettings = fromEnvironment((variables) => ({
  database: readPooled(variables),
  databaseAdmin: readDatabase(variables, 'DATABASE_ADMIN'),
}))

function missing({ wrong }: Variables): DatabaseConnection {
  wrong('DATABASE_URL', 'is needed: postgres://user@host:5432/database')
  return nowhere
}

const nowhere: DatabaseConnection = { url: '', password: undefined, tls: undefined }

function readPooled(variables: Variables): DatabaseConnection | undefined {
  const database = readDatabase(variables, 'DATABASE')
  const direct = readDatabase(variables, 'DATABASE_DIRECT')
  if (database === undefined || direct === undefined) return database
  return { ...database, direct: { ...direct, password: direct.password ?? database.password } }
}

function readDatabase(
  variables: Variables,
  prefix: 'DATABASE' | 'DATABASE_DIRECT' | 'DATABASE_ADMIN',
): DatabaseConnection | undefined {
  const { text, supplied, choice, wrong } = variables
  const name = `${prefix}_URL`
  const url = text(name)
  if (url === undefined) return undefined
  if (!/^postgres(ql)?:$/.test(URL.parse(url)?.protocol ?? '')) {
    wrong(name, 'must be a URL: postgres://user@host:5432/database')
    return nowhere
  }
  const inUrl = databaseAt(url, name, wrong)
  const password = supplied(`${prefix}_PASSWORD`)
  if (password !== undefined && inUrl.password !== undefined) wrong(`${prefix}_PASSWORD`, `is in ${name} as well`)
  const mode = choice('DATABASE_SSL_MODE', modes)
  if (mode !== undefined && hasTlsIn(url)) wrong('DATABASE_SSL_MODE', `is in ${name} as well (sslmode)`)
  return { url: inUrl.url, password: password ?? inUrl.password, tls: readTls(variables, mode, inUrl.tls) }
}

function readTls(variables: Variables, mode: Mode | undefined, inUrl: TlsSettings | undefined): TlsSettings | undefined {
  if (mode !== undefined && mode !== 'disable') return tlsSettings(variables, 'DATABASE_SSL', (ca) => verifies(mode, ca))
  // Whoever names a CA and forgets the mode would have no TLS at all.
  for (const name of tlsVariables('DATABASE_SSL'))
    if (variables.text(name) !== undefined) variables.wrong(name, 'has a meaning only with DATABASE_SSL_MODE, and not disable')
  return mode === undefined ? inUrl : undefined
}

const modes = ['disable', 'require', 'verify-ca', 'verify-full'] as const

/** https://www.postgresql.org/docs/18/libpq-ssl.html#LIBPQ-SSL-SSLMODE-STATEMENTS */
type Mode = (typeof modes)[number]

/** As libpq has it: who requires TLS and has a CA wants its signature as well. */
function verifies(mode: Mode, ca: Supplied | undefined): TlsSettings['verify'] {
  if (mode === 'verify-full') return 'full'
  return mode === 'verify-ca' || ca !== undefined ? 'chain' : 'none'
}

const tlsParameters = ['ssl', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'sslpassword', 'uselibpqcompat'] as const

const hasTlsIn = (url: string) => tlsParameters.some((name) => new URL(url).searchParams.has(name))

/**
 * Takes a URL apart. `pg` would take `sslmode=require` for `verify-full`, and show the password in its errors.
 * @param name the variable that has it
 * @throws Error about what cannot be used in it, unless somebody takes that down
 */
export function databaseAt(text: string, name = 'DATABASE_URL', wrong: Variables['wrong'] = refuse): DatabaseConnection {
  const url = new URL(text)
  const password = url.password === '' ? undefined : suppliedText(name, decoded(url.password, name, wrong))
  const tls = tlsIn(url, name, wrong)
  for (const parameter of tlsParameters) url.searchParams.delete(parameter)
  url.password = ''
  return { url: url.href, password, tls }
}

function decoded(text: string, name: string, wrong: Variables['wrong']): string {
  try {
    return decodeURIComponent(text)
  } catch {
    wrong(name, 'the password in it must be percent-encoded')
    return ''
  }
}

function refuse(name: string, message: string): never {
  throw new Error(`${name}: ${message}`)
}

function tlsIn({ searchParams }: URL, name: string, wrong: Variables['wrong']): TlsSettings | undefined {
  const isOn = ['true', '1', 'yes', 'on'].includes(searchParams.get('ssl') ?? '')
  const said = searchParams.get('sslmode') ?? (isOn ? 'verify-full' : 'disable')
  const mode = modes.find((each) => each === said)
  if (mode === undefined) wrong(name, `sslmode must be one of ${modes.join(', ')}; prefer and allow protect from nobody`)
  if (mode === undefined || mode === 'disable') return undefined
  const file = (parameter: string) => {
    const path = searchParams.get(parameter) ?? ''
    return path === '' || path === 'system' ? undefined : suppliedFile(name, path)
  }
  const password = searchParams.get('sslpassword')
  const ca = file('sslrootcert')
  const tls: TlsSettings = {
    ...noTlsSettings('DATABASE_SSL'),
    ca,
    cert: file('sslcert'),
    key: file('sslkey'),
    keyPassword: password === null ? undefined : suppliedText(name, password),
    verify: verifies(mode, ca),
  }
  checkTls(tls, wrong)
  return tls
}
