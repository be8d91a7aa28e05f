import {
  databasePool,
  GroupIsRunning,
  inboxMemory,
  planRewind,
  rewind,
  type RewindPlan,
  silentLog,
} from '@petrel/messaging/operations'
import { InvalidArgumentError } from 'commander'
import type { CommandContext } from './commandContext.ts'
import { duration } from './durationOption.ts'
import { requireEndpoint } from './endpoints.ts'
import { Problem } from './problem.ts'
import { paint } from './screen.ts'

interface Options {
  /** Records since then are read again: milliseconds since the epoch. */
  readonly to: number
  /** Without the prefix; all when undefined. */
  readonly topic?: readonly string[]
  readonly yes?: boolean
}

/**
 * `petrel rewind`: an endpoint reads its topics again from an earlier time on. It says beforehand which messages are handled
 * again. @returns whether it goes back
 */
export async function rewindEndpoint(context: CommandContext, endpoint: string, { to, topic, yes }: Options): Promise<boolean> {
  const { addresses, broker, out } = context
  const { prefix } = addresses
  const { admin } = broker
  await requireEndpoint({ admin, prefix }, endpoint)
  const [own] = addresses.databasesOf([endpoint])
  if (own === undefined) throw new Problem(`Where is the database of ${endpoint}? Set DATABASE_URL.`)
  const database = databasePool(own, silentLog, { max: 1, application_name: 'petrel rewind', connectionTimeoutMillis: 10_000 })
  try {
    const topics = topic?.map((name) => prefix + name)
    const planned = await planRewind(
      { endpoint, since: to, ...(topics !== undefined && { topics }) },
      { admin, prefix, database },
    )
    for (const text of sentences(planned, prefix)) out.line(text)
    if (planned.positions.length === 0) return false
    if (yes !== true) throw new Problem('Nothing has changed. To do it, say so: the same command with --yes.')
    await rewind(planned, { admin, database })
    out.line(paint('green', `${endpoint} begins there when it is started.`))
    return true
  } catch (error) {
    if (error instanceof GroupIsRunning)
      throw new Problem(`${endpoint} runs. Nothing has changed. Stop all of it, rewind, and start it again.`, { cause: error })
    throw error
  } finally {
    await database.end()
  }
}

function sentences({ topics }: RewindPlan, prefix: string): string[] {
  if (topics.length === 0) return ['Nothing was handled since then: there is nothing to go back to.']
  return [
    ...topics.map(
      ({ topic, records, known }) =>
        `${topic.slice(prefix.length)}: ${count(records)} read again; the inbox still knows ${known} and drops ${known === 1 ? 'it' : 'them'}, ${records - known} will be handled again`,
    ),
    `The inbox knows what was handled within ${inboxMemory}, or a little longer.`,
  ]
}

const count = (records: number) => `${records} ${records === 1 ? 'record is' : 'records are'}`

/** Reads `--to`: `beginning`, a time, or how long ago. @returns milliseconds since the epoch */
export function pointInTime(text: string, now = Date.now()): number {
  if (text === 'beginning') return 0
  if (/^\d{4}-\d{2}-\d{2}/.test(text)) {
    const time = Date.parse(text)
    if (Number.isNaN(time)) throw new InvalidArgumentError('It is no time. Write for example 2026-01-31T12:00:00Z.')
    return time
  }
  return now - duration(text)
}
