/** The part of a pino logger that the library uses. */
export interface Log {
  debug(details: object, message: string): void
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

/** Logs nothing: for tests, and for commands with their own output. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} }
