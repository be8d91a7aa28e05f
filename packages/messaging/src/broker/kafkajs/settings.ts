import type { Log } from '../../log.ts'

export interface KafkajsSettings {
  /** `host:port` of one or more brokers. One that answers is enough. */
  readonly brokers: readonly string[]
  readonly clientId: string
  readonly log: Log
}
