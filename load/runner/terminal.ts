import type { Happened } from './eventClock.ts'
import type { Tick } from './series.ts'

/** How a bar grows in a terminal: eighths of a character. */
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█']

/** A bar of at most so many characters; `full` is what fills it. */
export function bar(value: number, full: number, characters: number): string {
  const parts = Math.round((Math.min(Math.max(value, 0), full) / full) * characters * 8)
  return ('█'.repeat(Math.floor(parts / 8)) + eighths[parts % 8]).padEnd(characters)
}

export interface Scale {
  /** Orders a second. */
  readonly rate: number
  /** Orders that wait. */
  readonly waiting: number
}

export const heading = '  time  phase     answered a second       95 of 100 answered within     waiting for billing'

/** One line for one second: how many of its customers have an answer by now, and how fast; and what waits behind the page. */
export function line(tick: Tick, phase: string, { rate, waiting }: Scale): string {
  const { second, sent, failed, p95, waitingForBilling } = tick
  const time = `${Math.floor(second / 60)}:${String(second % 60).padStart(2, '0')}`
  const orders = `${String(sent).padStart(4)} ${bar(sent, rate, 15)}`
  const answered = p95 === undefined ? ''.padEnd(28) : `${`${Math.round(p95)} ms`.padStart(9)} ${bar(p95, 1000, 12)}`.padEnd(28)
  const waits =
    waitingForBilling === undefined ? '' : `${String(waitingForBilling).padStart(6)} ${bar(waitingForBilling, waiting, 25)}`
  const failures = failed > 0 ? `  ✗ ${failed} failed` : ''
  return `${time.padStart(6)}  ${phase.padEnd(9)} ${orders}   ${answered} ${waits}${failures}`.trimEnd()
}

export const eventLine = ({ second, says }: Happened): string => `${String(second).padStart(5)}s  ▶ ${says}`
