import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { archivedClasses } from './classArchive.ts'
import { JAVA_ENVIRONMENT } from './jars.mjs'
import { FRUGAL_JVM } from './java.ts'

export interface KafkaAdministrator {
  readonly java: string
  readonly jars: string
  /** host:port */
  readonly broker: string
  /** A client's settings, as Kafka's own tools read them. */
  readonly properties: Readonly<Record<string, string>>
  /** Where its files may be for a moment. */
  readonly folder: string
}

/**
 * Gives a user a password with SCRAM-SHA-512, or another one, by Kafka's own ConfigCommand. Passwords go by files: everybody on the machine
 * sees the arguments of a program.
 */
export async function setKafkaPassword(administrator: KafkaAdministrator, user: string, password: string): Promise<void> {
  const { java, jars, broker, properties, folder } = administrator
  const [client, change] = [join(folder, 'client.properties'), join(folder, 'change.properties')]
  try {
    await writeFile(client, propertyLines(properties), { mode: 0o600 })
    await writeFile(change, propertyLines({ 'SCRAM-SHA-512': `password=${password}` }), { mode: 0o600 })
    const jvm = [...FRUGAL_JVM, ...(await archivedClasses(administrator, 'kafka'))]
    const tool = [...jvm, '-cp', join(jars, 'kafka', '*'), 'kafka.admin.ConfigCommand', '--bootstrap-server', broker]
    const what = [
      '--command-config',
      client,
      '--alter',
      '--entity-type',
      'users',
      '--entity-name',
      user,
      '--add-config-file',
      change,
    ]
    await promisify(execFile)(java, [...tool, ...what], { env: { ...process.env, ...JAVA_ENVIRONMENT } })
  } finally {
    for (const file of [client, change]) await rm(file, { force: true })
  }
}

/** As Java reads them from a file. */
export const propertyLines = (properties: Readonly<Record<string, string>>) =>
  Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')

/** A client's settings for a listener with TLS and SCRAM. */
export const scramClient = (user: string, password: string, caFile: string): Record<string, string> => ({
  'security.protocol': 'SASL_SSL',
  'sasl.mechanism': 'SCRAM-SHA-512',
  'sasl.jaas.config': `org.apache.kafka.common.security.scram.ScramLoginModule required username="${user}" password="${password}";`,
  'ssl.truststore.type': 'PEM',
  'ssl.truststore.location': caFile,
})
