import type { KafkaConnection } from '../../connections/kafkaSettings.ts'
import type { Log } from '../../log.ts'
import type { Access } from './access.ts'

export interface KafkajsSettings extends KafkaConnection {
  /** `host:port` of one or more brokers. One that answers is enough. */
  readonly brokers: readonly string[]
  readonly clientId: string
  readonly log: Log
}

/** What every client of one adapter shares. */
export interface ClientSettings extends Pick<KafkajsSettings, 'brokers' | 'clientId' | 'log'> {
  readonly access: Access
}
