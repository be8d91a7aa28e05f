import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '@petrel/messaging'
import { avroCodec, confluentRegistry, databasePool, isStoreAway, kafkajsBroker, migrate } from '@petrel/messaging/operations'
import { httpDurations, type MetricsRegistry } from '@petrel/messaging/metrics'
import type { Pool } from 'pg'
import { chooseAccess } from './access/chooseAccess.ts'
import { unresolvedByEndpoint } from './failures/list.ts'
import { consoleApp } from './http/app.ts'
import { readPage } from './http/page.ts'
import { openConsoleSession, openHub } from './hub/hub.ts'
import { consoleMetrics } from './metrics.ts'
import type { ConsoleContext } from './part.ts'
import { partsOf } from './parts.ts'
import { type Reader, startReader } from './reading/reader.ts'
import type { Settings } from './settings.ts'

export interface Console {
  /** Where its page is, for example `http://127.0.0.1:8090`. */
  readonly url: string
  readonly context: ConsoleContext
  readonly reader: Reader
  /** Finishes what was begun, or gives it back. */
  close(): Promise<void>
}

export interface ConsoleOptions {
  readonly settings: Settings
  readonly log: Log
  readonly registry: MetricsRegistry
  /** How often it looks for topics that are new, in milliseconds. */
  readonly lookEveryMs?: number
}

const migrations = { namespace: 'console', path: join(import.meta.dirname, '../migrations') }

/** Starts the console, as soon as its database answers. Kafka, the registry and later the database may come and go. @throws Error when the port is taken */
export async function startConsole({ settings, log, registry: processRegistry, lookEveryMs }: ConsoleOptions): Promise<Console> {
  const access = chooseAccess(settings, log)
  await untilThere(log, async () => {
    await migrate(settings.database, [migrations])
    // Behind a pooler without a way past it, no page would ever hear of a change: better not to begin.
    await (await openConsoleSession(settings.database, log)).end()
  })
  const pool = consolePool(settings, log)
  const broker = kafkajsBroker({ ...settings.kafka, clientId: 'petrel-console', log })
  const registry = confluentRegistry({ ...settings.registry, log })
  const hub = openHub(settings.database, log)
  const context: ConsoleContext = {
    settings,
    prefix: settings.TOPIC_PREFIX,
    instance: randomUUID(),
    pool,
    broker,
    registry,
    codec: avroCodec({ registry }),
    hub,
    access,
    metrics: consoleMetrics(processRegistry, () => unresolvedByEndpoint(pool)),
    log,
  }
  const parts = partsOf(context)
  const page = await readPage()
  const app = consoleApp({ context, parts, page, measure: httpDurations(processRegistry) })
  const answer = app.callback()
  const server = await listen(
    createServer((request, response) => void answer(request, response)),
    settings,
  )
  const handlers = parts.flatMap((part) => part.handlers ?? [])
  const reader = startReader({
    broker,
    pool,
    handlers,
    prefix: context.prefix,
    log,
    onWritten: context.metrics.recordsRead,
    ...(lookEveryMs !== undefined && { lookEveryMs }),
  })
  const works = parts.flatMap(({ start }) => start?.() ?? [])
  const { port } = server.address() as AddressInfo
  const url = `http://${settings.CONSOLE_HOST.includes(':') ? `[${settings.CONSOLE_HOST}]` : settings.CONSOLE_HOST}:${port}`
  const close = async () => {
    await Promise.all([reader.close(), ...works.map((work) => work.close())])
    await hub.close()
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
    await broker.close()
    await pool.end()
  }
  let closing: Promise<void> | undefined
  return { url, context, reader, close: () => (closing ??= close()) }
}

const tryAgainMs = 1_000

/** In a cluster everything starts at once, and on a laptop a database is sometimes killed. */
async function untilThere(log: Log, work: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await work()
      return
    } catch (error) {
      if (!isStoreAway(error)) throw error
      log.warn({ err: error }, 'the database does not answer; the console starts when it does')
      await sleep(tryAgainMs)
    }
  }
}

function consolePool({ database }: Settings, log: Log): Pool {
  return databasePool(database, log, { max: 8, keepAlive: true, connectionTimeoutMillis: 5_000 })
}

async function listen(server: Server, { CONSOLE_PORT: port, CONSOLE_HOST: host }: Settings): Promise<Server> {
  try {
    await once(server.listen(port, host), 'listening')
    return server
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === 'EADDRINUSE' ? 'something else listens there. Choose another port' : message
    throw new Error(`CONSOLE_PORT is ${port}: ${why}.`, { cause: error })
  }
}
