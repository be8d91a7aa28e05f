import { createWriteStream, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { styleText } from 'node:util'
import { serviceLog } from '../folders.ts'
import type { PrintLine } from '../problem.ts'
import { failedMessage } from './failedMessage.ts'
import { type LogEntry, parse } from './logEntry.ts'

/** A line for the terminal. */
export interface Shown {
  readonly text: string
  /** Lines of one kind differ in times and ids only. */
  readonly kind: string
  /** About one message; anything else may be a consequence of something that is away. */
  readonly isAboutMessage: boolean
}

/** A service's log: everything goes into its file, warnings and errors to the terminal too, in words. */
export interface ServiceLog {
  line(text: string): void
  /** Calls the listener with the `event` of every line that has one. */
  onEvent(listener: (event: string) => void): void
}

/** Appends to the file that is there. */
export function openServiceLog(service: string, show: (shown: Shown) => void, print: PrintLine): ServiceLog {
  const path = serviceLog(service)
  mkdirSync(dirname(path), { recursive: true })
  const file = createWriteStream(path, { flags: 'a' })
  file.on('error', (error) => print(`${service}: its log cannot be written: ${error.message}`))
  const listeners: ((event: string) => void)[] = []
  return {
    line(text) {
      file.write(`${text}\n`)
      const entry = parse(text)
      const shown = entry ? shownEntry(service, entry) : shownText(service, text)
      if (shown) show(shown)
      const { event } = entry ?? {}
      if (event) for (const listener of listeners) listener(event)
    },
    onEvent: (listener) => void listeners.push(listener),
  }
}

/** `12:00:01 billing  WARN the gateway is away: connect ECONNREFUSED`; nothing for what is no more than information. */
export function shownEntry(service: string, entry: LogEntry): Shown | undefined {
  const severity = severityOf(entry.level)
  if (!severity) return undefined
  const failed = failedMessage(entry)
  const words = failed?.text ?? withCause(entry.msg ?? '', entry.err?.message)
  const text = `${clock(entry.time)} ${service.padEnd(16)} ${severity.styled} ${words}`
  const kind = failed ? service + failed.kind : kindOf(service, words)
  return { text, kind: `${severity.word} ${kind}`, isAboutMessage: failed !== undefined }
}

/** What is no log line, a crash for example, is shown without its stack frames: they are in the file. */
export function shownText(service: string, text: string): Shown | undefined {
  if (/^\s|^$|^Node\.js v/.test(text)) return undefined
  return { text: `${service.padEnd(25)} ${text}`, kind: kindOf(service, text), isAboutMessage: false }
}

const withCause = (msg: string, cause: string | undefined) => (cause && !msg.includes(cause) ? `${msg}: ${cause}` : msg)

/** The same words of another service, with other numbers and other (hexadecimal) ids, are of the same kind. */
const kindOf = (service: string, words: string) => words.replaceAll(service, '#').replaceAll(/[\da-f]*\d[\da-f-]*/g, '#')

/** Local time, as on the pages. */
const clock = (time: number | string | undefined) => new Date(time ?? Date.now()).toTimeString().slice(0, 8)

/** pino's numbers (40 is a warning) or names. */
function severityOf(level: number | string | undefined): { word: string; styled: string } | undefined {
  if (level === 'warn' || level === 40) return { word: 'WARN', styled: styleText('yellow', 'WARN ') }
  const isError = level === 'error' || level === 'fatal' || Number(level) >= 50
  return isError ? { word: 'ERROR', styled: styleText('red', 'ERROR') } : undefined
}
