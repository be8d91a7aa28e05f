import type { LogEntry } from './logEntry.ts'

/**
 * The words for a message that failed: which, how often, what happens next, and why.
 * `PlaceOrder 30cc21d4 failed 3 times; again in 2 s: the bug's own message`. Undefined when the entry is about something else.
 */
export function failedMessage(entry: LogEntry): { text: string; kind: string } | undefined {
  const { messageId, type, tries, key, err } = entry
  if (messageId === undefined || tries === undefined) return undefined
  const name = type?.slice(type.lastIndexOf('.') + 1) ?? 'A message'
  const [cause] = err?.message?.split('\n') ?? []
  const times = tries === 1 ? 'once' : `${tries} times`
  const text = `${name} ${shortId(key ?? messageId)} failed ${times}; ${whatNext(entry)}${cause ? `: ${cause}` : ''}`
  return { text, kind: ` ${name} failed ${times}` }
}

/** As the pages show it. */
const shortId = (id: string) => id.slice(-8)

function whatNext({ to, delayMs, until, time }: LogEntry): string {
  if (to?.endsWith('.dlt')) return `it waits for a person: npx petrel failures`
  const pauseMs = delayMs ?? (until === undefined ? undefined : timeOf(until) - timeOf(time ?? Date.now()))
  if (pauseMs !== undefined && Number.isFinite(pauseMs)) return `again in ${Math.max(0, Math.round(pauseMs / 100) / 10)} s`
  const [, number, unit] = /\.retry\.(\d+)(\w+)$/.exec(to ?? '') ?? []
  return number === undefined ? 'it is tried again' : `again in ${number} ${unit}`
}

const timeOf = (time: number | string) => new Date(time).getTime()
