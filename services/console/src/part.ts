import type { Router } from '@koa/router'
import type { Log } from '@petrel/messaging'
import type { AvroCodec, Broker, Registry } from '@petrel/messaging/operations'
import type { Pool, PoolClient } from 'pg'
import type { Access } from './access/access.ts'
import type { Audited } from './audit/writer.ts'
import type { Hub } from './hub/hub.ts'
import type { ConsoleMetrics } from './metrics.ts'
import type { TopicHandler } from './reading/port.ts'
import type { Settings } from './settings.ts'
import type { Summary } from './summary/summary.ts'

/** What every part of the console works with. */
export interface ConsoleContext {
  readonly settings: Settings
  /** Goes before every name in Kafka. */
  readonly prefix: string
  /** This process: no other has the same, now or later. */
  readonly instance: string
  readonly pool: Pool
  readonly broker: Broker
  readonly registry: Registry
  readonly codec: AvroCodec
  readonly hub: Hub
  readonly access: Access
  readonly metrics: ConsoleMetrics
  readonly log: Log
}

/** Something the console does all the time. */
export interface Work {
  /** Resolves when what was begun is finished or given back. */
  close(): Promise<void>
}

/** What a folder of `src` adds to the console. `parts.ts` lists them. */
export interface Part {
  /** Adds its routes; who is asking, and whether they may, is settled by `context.access`. */
  readonly routes?: (router: Router) => void
  /** Reads topics. Each topic goes to the first handler of all parts that wants it. */
  readonly handlers?: readonly TopicHandler[]
  /** Is told what endpoints have handled, as their audit topics say: of each record once, in the transaction that writes it. */
  readonly audited?: Audited
  /** What it knows for `GET /api/summary`. */
  readonly summary?: () => Promise<Partial<Summary>>
  /** Forgets what its tables say about somebody; failures are settled by themselves. @returns how many rows are gone or changed */
  readonly erase?: (tx: PoolClient, values: readonly string[]) => Promise<number>
  /** Starts what runs beside requests. */
  readonly start?: () => Work
}
