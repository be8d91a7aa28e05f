/** A line of a service's log, as far as it is read here. Whatever is missing is left out of what is shown. */
export interface LogEntry {
  readonly level?: number | string
  readonly time?: number | string
  readonly msg?: string
  readonly event?: string
  readonly err?: { readonly message?: string }
  readonly messageId?: string
  /** Of the message: `PlaceOrder`, perhaps with a namespace. */
  readonly type?: string
  readonly tries?: number
  /** The record's key: an order id. */
  readonly key?: string
  /** The topic where a failed message waits. */
  readonly to?: string
  /** When it is handled again: after a time, or at a time. */
  readonly delayMs?: number
  readonly until?: number | string
}

/** Undefined for what is not a log line: the stack of a crash, for example. */
export function parse(text: string): LogEntry | undefined {
  try {
    return text.startsWith('{') ? (JSON.parse(text) as LogEntry) : undefined
  } catch {
    return undefined
  }
}
