import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Certificate, certificateAuthority } from './certificates.ts'
import { isSame } from './guardingProxy.ts'
import { scramClient } from './kafkaPassword.ts'
import type { PostgresTls } from './postgres.ts'

/** TLS and logins of a stack: a certificate authority of this start, and users whose passwords stay. */
export interface Security {
  /** What all its servers show: they are on one machine. */
  readonly certificate: Certificate
  readonly postgresTls: PostgresTls
  /** Of the superuser of PostgreSQL. */
  readonly superuserPassword: string
  readonly kafka: KafkaSecurity
  /** Whether the registry lets somebody in. */
  readonly letsIn: (scheme: string, credentials: string) => boolean
  readonly access: StackAccess
}

export interface KafkaSecurity {
  /** Lines of server.properties. */
  properties(port: number, controllerPort: number): Record<string, string>
  /** For `StorageTool --add-scram`: those it has from the beginning. */
  readonly users: readonly string[]
  /** Who had no password before this start, and what it is: a Kafka that ran before does not know them. */
  readonly newcomers: ReadonlyMap<string, string>
  /** A client that may give them one. */
  readonly client: Readonly<Record<string, string>>
}

/** How the users of a stack with closed doors are let in. */
export interface StackAccess {
  /** In PEM; made anew at each start. */
  readonly caFile: string
  /** What a user needs besides addresses: variables of docs/guides/connections.md. */
  environmentOf(user: string): Record<string, string>
  /** A user's password at PostgreSQL. */
  databasePassword(user: string): string
  /** Writes a database's URL without its password, for who has that in a file. */
  databaseEnvironment(user: string, url: string): Record<string, string>
}

/** Who the broker is to itself, and what its certificate says to the controller. */
const BROKER = 'broker'
const SERVER = 'petrel'
/** Who may do everything, and so is the one to say what others may. */
export const ADMINISTRATOR = 'superuser'

const hosts = ['127.0.0.1', 'localhost']

/** Then Kafka wants to see the password again: who has an old one does not stay for longer. */
const LOGIN_LASTS_MS = 30_000

/**
 * Makes certificates, and passwords for users who have none yet. All of it is readable for its owner only, but for what everybody may
 * know. @param folder where it is kept
 */
export async function prepareSecurity(folder: string, users: readonly string[]): Promise<Security> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const authority = await certificateAuthority('Petrel on this machine')
  const certificate = await authority.issue({ name: SERVER, hosts })
  const all = [BROKER, ADMINISTRATOR, ...users]
  const newcomers = new Set(all.filter((user) => !existsSync(fileOf(folder, user, 'kafka'))))
  const passwords = await passwordsFor(folder, all)
  const passwordOf = (user: string, server: Server) => {
    const password = passwords.get(user)?.[server]
    if (password === undefined) throw new Error(`There is no user ${user}; there are: ${[...passwords.keys()].join(', ')}`)
    return password
  }
  await writeFile(join(folder, 'ca.pem'), authority.ca)
  await writeFile(join(folder, 'server.pem'), certificate.key + certificate.cert, { mode: 0o600 })
  const caFile = join(folder, 'ca.pem')
  return {
    certificate,
    postgresTls: { certificate, ca: authority.ca, hba: ['hostssl all all 127.0.0.1/32 scram-sha-256'] },
    superuserPassword: passwordOf(ADMINISTRATOR, 'database'),
    kafka: {
      properties: (port, controllerPort) => kafkaProperties(folder, passwordOf(BROKER, 'kafka'), port, controllerPort),
      users: [...passwords].map(([name, { kafka }]) => `SCRAM-SHA-512=[name=${name},password=${kafka}]`),
      newcomers: new Map([...newcomers].map((user) => [user, passwordOf(user, 'kafka')])),
      client: scramClient(ADMINISTRATOR, passwordOf(ADMINISTRATOR, 'kafka'), join(folder, 'ca.pem')),
    },
    letsIn: (scheme, credentials) =>
      scheme === 'Basic' && [...passwords].some(([name, { registry }]) => isSame(`${name}:${registry}`, credentials)),
    access: {
      caFile,
      environmentOf: (user) => environmentOf(user, folder, caFile),
      databasePassword: (user) => passwordOf(user, 'database'),
      databaseEnvironment: (user, url) => databaseEnvironment(fileOf(folder, user, 'database'), caFile, url),
    },
  }
}

/** Kept, since servers keep them, too. Written whole, so that a start killed in the middle has all of a user or nothing. */
async function passwordsFor(folder: string, users: readonly string[]): Promise<Map<string, Record<Server, string>>> {
  const passwords = new Map<string, Record<Server, string>>()
  for (const user of users) {
    const [kafka = '', registry = '', database = ''] = await Promise.all(
      servers.map((server) => passwordIn(fileOf(folder, user, server))),
    )
    passwords.set(user, { kafka, registry, database })
  }
  return passwords
}

/** A user has a password for each: one of them can be changed. */
const servers = ['kafka', 'registry', 'database'] as const
type Server = (typeof servers)[number]

const fileOf = (folder: string, user: string, server: Server) => join(folder, `${user}.${server}`)

async function passwordIn(file: string): Promise<string> {
  if (!existsSync(file)) {
    await writeFile(`${file}.new`, randomBytes(24).toString('hex'), { mode: 0o600 })
    await rename(`${file}.new`, file)
  }
  return readFile(file, 'utf8')
}

const environmentOf = (user: string, folder: string, caFile: string) => ({
  KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
  KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
  KAFKA_SASL_USERNAME: user,
  KAFKA_SASL_PASSWORD_FILE: fileOf(folder, user, 'kafka'),
  KAFKA_SSL_CA_FILE: caFile,
  SCHEMA_REGISTRY_USERNAME: user,
  SCHEMA_REGISTRY_PASSWORD_FILE: fileOf(folder, user, 'registry'),
  SCHEMA_REGISTRY_SSL_CA_FILE: caFile,
})

function databaseEnvironment(passwordFile: string, caFile: string, whole: string): Record<string, string> {
  const url = new URL(whole)
  url.password = ''
  url.search = ''
  return {
    DATABASE_URL: url.href,
    DATABASE_PASSWORD_FILE: passwordFile,
    DATABASE_SSL_MODE: 'verify-full',
    DATABASE_SSL_CA_FILE: caFile,
  }
}

/** As `sslmode` has it: for programs that take a URL. */
export function securedUrl(url: string, { caFile }: StackAccess): string {
  const secured = new URL(url)
  secured.searchParams.set('sslmode', 'verify-full')
  secured.searchParams.set('sslrootcert', caFile)
  return secured.href
}

/** One listener for all clients, which wants a login; one for the controller, which wants the certificate of the broker; and ACLs. */
function kafkaProperties(folder: string, brokerPassword: string, port: number, controllerPort: number): Record<string, string> {
  const module = 'org.apache.kafka.common.security.scram.ScramLoginModule required'
  return {
    listeners: `CLIENTS://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `CLIENTS://127.0.0.1:${port}`,
    'inter.broker.listener.name': 'CLIENTS',
    'sasl.mechanism.inter.broker.protocol': 'SCRAM-SHA-512',
    'listener.security.protocol.map': 'CONTROLLER:SSL,CLIENTS:SASL_SSL',
    'listener.name.controller.ssl.client.auth': 'required',
    'listener.name.clients.sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'connections.max.reauth.ms': String(LOGIN_LASTS_MS),
    'listener.name.clients.scram-sha-512.sasl.jaas.config': `${module} username="${BROKER}" password="${brokerPassword}";`,
    // Nobody may do anything that no ACL allows.
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': [BROKER, `CN=${SERVER}`, ADMINISTRATOR].map((name) => `User:${name}`).join(';'),
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': join(folder, 'server.pem'),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': join(folder, 'ca.pem'),
  }
}
