import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, notLetIn } from '@petrel/messaging/connections'
import { isStoreAway, openSession } from '@petrel/messaging/operations'
import type { Log } from '@petrel/messaging'
import type { Client, ClientBase, Pool } from 'pg'

/** That something has changed. `data` is small: whoever shows it asks for it again. */
export interface Change {
  readonly event: ChangeKind
  readonly data: object
}

/** What can change, as the names of server-sent events. */
export const changeKinds = ['summary', 'groups', 'failures', 'replay', 'endpoints', 'event'] as const
export type ChangeKind = (typeof changeKinds)[number]

/** Carries changes from whoever writes, in any instance, to whoever looks, in any instance. */
export interface Hub {
  /** @returns a function that ends it */
  listen(listener: (change: Change) => void): () => void
  /** Tells those who listen to this instance, at once. */
  tell(change: Change): void
  /** Called when the console stops. @returns a function that forgets it */
  onClose(listener: () => void): () => void
  close(): Promise<void>
}

const channel = 'petrel_console'
/** More often nobody sees it; a burst of a thousand changes is a few. */
const tellEveryMs = 250
const connectAgainMs = 1_000

/** Tells all instances, when the transaction of `tx` is committed. PostgreSQL drops what is told twice in one transaction. */
export async function tellChanges(tx: ClientBase | Pool, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return
  await tx.query('select pg_notify($1, told) from unnest($2::text[]) as told', [
    channel,
    changes.map((change) => JSON.stringify(change)),
  ])
}

/** Listens with a connection of its own, and connects again when it is lost; then everything may have changed. */
export function openHub(database: Database, log: Log): Hub {
  const listeners = new Set<(change: Change) => void>()
  const closing = new Set<() => void>()
  const ended = new AbortController()
  const waiting = new Map<string, Change>()
  let timer: NodeJS.Timeout | undefined

  const tell = (change: Change) => {
    for (const listener of listeners) listener(change)
  }
  const tellWaiting = () => {
    timer = undefined
    const told = [...waiting.values()]
    waiting.clear()
    for (const change of told) tell(change)
  }
  const take = (change: Change) => {
    waiting.set(keyOf(change), change)
    timer ??= setTimeout(tellWaiting, tellEveryMs)
  }
  const running = listenUntil(() => openConsoleSession(database, log), ended.signal, take, log)

  return {
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    tell,
    onClose(listener) {
      closing.add(listener)
      return () => void closing.delete(listener)
    },
    async close() {
      ended.abort()
      clearTimeout(timer)
      for (const listener of closing) listener()
      await running
    },
  }
}

/** Of one kind the last change counts; of replays and events each is about another one. */
const keyOf = ({ event, data }: Change): string => {
  const { replayId = '', id = '' } = data as { replayId?: string; id?: string }
  return `${event} ${replayId}${id}`
}

type Open = () => Promise<Client>

/** A connection that may listen, and lock for longer than a transaction. @throws Error when a pooler is in between, and no way past it is known */
export const openConsoleSession = (database: Database, log: Log): Promise<Client> =>
  openSession(database, log, { application_name: 'petrel console', keepAlive: true, connectionTimeoutMillis: 5_000 })

async function listenUntil(open: Open, ended: AbortSignal, take: (change: Change) => void, log: Log): Promise<void> {
  let isFirst = true
  while (!ended.aborted) {
    try {
      await listenOnce(open, ended, take, () => {
        if (!isFirst) for (const event of changeKinds) take({ event, data: {} })
        isFirst = false
      })
    } catch (error) {
      // That the database does not let us in was said already, once.
      const level = notLetIn(error) !== undefined ? 'debug' : isStoreAway(error) ? 'warn' : 'error'
      log[level]({ err: error }, 'cannot listen for changes in the database; trying again')
      await sleep(connectAgainMs, undefined, { signal: ended }).catch(() => undefined)
    }
  }
}

async function listenOnce(open: Open, ended: AbortSignal, take: (change: Change) => void, onBegin: () => void): Promise<void> {
  const client = await open()
  const { promise: lost, resolve, reject } = Promise.withResolvers<void>()
  client.on('error', reject)
  client.on('end', () => reject(new Error('Connection terminated')))
  client.on('notification', ({ payload }) => take(JSON.parse(payload ?? '{}') as Change))
  // A rejection before anybody waits for it is no accident.
  lost.catch(() => undefined)
  const stop = () => resolve()
  ended.addEventListener('abort', stop, { once: true })
  try {
    await client.query(`listen ${channel}`)
    onBegin()
    if (!ended.aborted) await lost
  } finally {
    ended.removeEventListener('abort', stop)
    await client.end()
  }
}
