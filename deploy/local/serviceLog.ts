import { createWriteStream, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { styleText } from 'node:util'
import { serviceLog } from './folders.ts'
import type { Log } from './problem.ts'

interface Entry {
  readonly level?: number | string
  readonly time?: number | string
  readonly msg?: string
  readonly event?: string
  readonly err?: { readonly message?: string }
}

/** A service's log: everything into its file, warnings and errors to the terminal too, in words. */
export interface ServiceLog {
  line(text: string): void
  /** Hears the `event` of every line that has one. */
  onEvent(listener: (event: string) => void): void
}

/** Goes on where the file ends. */
export function openServiceLog(service: string, terminal: Log): ServiceLog {
  const path = serviceLog(service)
  mkdirSync(dirname(path), { recursive: true })
  const file = createWriteStream(path, { flags: 'a' })
  file.on('error', (error) => terminal(`${service}: its log cannot be written: ${error.message}`))
  const listeners: ((event: string) => void)[] = []
  return {
    line(text) {
      file.write(`${text}\n`)
      const entry = parse(text)
      const shown = readable(service, text, entry)
      if (shown) terminal(shown)
      const { event } = entry ?? {}
      if (event) for (const listener of listeners) listener(event)
    },
    onEvent: (listener) => void listeners.push(listener),
  }
}

/** `12:00:01 billing  WARN the gateway is away: connect ECONNREFUSED`; nothing for what is no more than information. */
export function readable(service: string, text: string, entry: Entry | undefined): string | undefined {
  if (!entry) return `${service.padEnd(16)} ${text}`
  const severity = severityOf(entry.level)
  if (!severity) return undefined
  const time = new Date(entry.time ?? Date.now()).toISOString().slice(11, 19)
  const cause = entry.err?.message && !entry.msg?.includes(entry.err.message) ? `: ${entry.err.message}` : ''
  const word = styleText(severity === 'WARN' ? 'yellow' : 'red', severity.padEnd(5))
  return `${time} ${service.padEnd(16)} ${word} ${entry.msg ?? ''}${cause}`
}

/** pino's numbers (40 is a warning) or names. */
function severityOf(level: number | string | undefined): 'WARN' | 'ERROR' | undefined {
  if (level === 'warn' || level === 40) return 'WARN'
  return level === 'error' || level === 'fatal' || Number(level) >= 50 ? 'ERROR' : undefined
}

export function parse(text: string): Entry | undefined {
  try {
    return text.startsWith('{') ? (JSON.parse(text) as Entry) : undefined
  } catch {
    return undefined
  }
}
