import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { registrySettings } from '@petrel/messaging/connections'
import { registryStatus } from '@petrel/messaging/operations'
import { Client } from 'pg'
import { Problem } from '../problem.ts'

/** What runs elsewhere and so is not started here. */
export interface Elsewhere {
  readonly kafkaBrokers?: string | undefined
  readonly registryUrl?: string | undefined
  /** Of a superuser: databases and roles are made under it. */
  readonly databaseUrl?: string | undefined
  /** What Kafka and the registry there want besides their addresses. */
  readonly connections?: Readonly<Record<string, string>>
}

export interface PatienceOptions {
  readonly signal?: AbortSignal | undefined
  /** Perhaps it was started a moment before us. */
  readonly withinMs?: number
}

const ANSWER_MS = 5_000

/** @throws Problem naming everything that does not answer in time, and the variable that names it */
export async function assertElsewhereAnswers(elsewhere: Elsewhere, patience: PatienceOptions = {}): Promise<void> {
  const { kafkaBrokers, registryUrl, databaseUrl, connections = {} } = elsewhere
  const asked: Promise<string | undefined>[] = []
  const ask = (name: string, variable: string, address: string, connecting: () => Promise<unknown>) =>
    asked.push(
      problemWith(
        connecting,
        patience,
        (reason) => `${name} does not answer at ${address} (${variable}): ${reason}. ${waysOut(variable)}`,
      ),
    )
  if (kafkaBrokers) ask('Kafka', 'KAFKA_BROKERS', kafkaBrokers, () => connectToAny(kafkaBrokers))
  if (registryUrl)
    ask('The schema registry', 'SCHEMA_REGISTRY_URL', withoutCredentials(registryUrl), () =>
      readSubjects(registryUrl, connections),
    )
  if (databaseUrl) ask('PostgreSQL', 'DATABASE_URL', withoutCredentials(databaseUrl), () => connectToDatabase(databaseUrl))
  const problems = (await Promise.all(asked)).filter((problem) => problem !== undefined)
  if (problems.length > 0) throw new Problem(problems.join('\n'))
}

const waysOut = (variable: string) =>
  `Start it, correct ${variable}, or leave ${variable} out to use the one that npm start brings.`

async function problemWith(
  connect: () => Promise<unknown>,
  { signal, withinMs = 10_000 }: PatienceOptions,
  problem: (reason: string) => string,
): Promise<string | undefined> {
  const deadline = Date.now() + withinMs
  for (;;) {
    try {
      await connect()
      return undefined
    } catch (error) {
      signal?.throwIfAborted()
      if (Date.now() >= deadline || isRefusal(error)) return problem(reasonOf(error))
      await sleep(250)
    }
  }
}

/** An answer that would be the same in a moment: a wrong password, a wrong path. */
const isRefusal = (error: unknown) => error instanceof Error && /password|role|database|HTTP 4|not host:port/.test(error.message)

const reasonOf = (error: unknown) => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return (cause as { code?: string }).code ?? (cause as Error).message
}

/** One of them is enough to find the others. */
const connectToAny = (brokers: string): Promise<void> => Promise.any(brokers.split(',').map(connectTo)).catch(firstReason)

function firstReason(error: unknown): never {
  throw error instanceof AggregateError ? error.errors[0] : error
}

function connectTo(broker: string): Promise<void> {
  const [, host = '', port] = /^(.*):(\d+)$/.exec(broker.trim()) ?? []
  if (port === undefined) return Promise.reject(new Error(`"${broker}" is not host:port`))
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port), timeout: ANSWER_MS })
    socket.once('connect', () => resolve())
    socket.once('timeout', () => reject(new Error('no answer')))
    socket.once('error', reject)
    for (const event of ['connect', 'timeout']) socket.once(event, () => socket.destroy())
  })
}

async function readSubjects(registryUrl: string, connections: Readonly<Record<string, string>>): Promise<void> {
  const { registry } = registrySettings.parse({ ...connections, SCHEMA_REGISTRY_URL: registryUrl })
  const status = await registryStatus(registry, ANSWER_MS)
  if (status !== 200) throw new Error(`HTTP ${status}`)
}

async function connectToDatabase(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: ANSWER_MS })
  try {
    await client.connect()
  } finally {
    await client.end().catch(() => {})
  }
}

/** For showing it. */
export function withoutCredentials(url: string): string {
  const address = new URL(url)
  return `${address.protocol}//${address.host}`
}
