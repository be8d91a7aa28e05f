/** As pino has it. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface KafkajsSettings {
  /** `host:port`, as many as are known; one that answers is enough. */
  readonly brokers: readonly string[]
  readonly clientId: string
  readonly log: Log
}
