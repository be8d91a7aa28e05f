import { parser } from '@prometheus-io/lezer-promql'
import type { Alert, Group, Recording } from '../rule.ts'

type SyntaxNode = ReturnType<typeof parser.parse>['topNode']

/**
 * The same rules for a shop in which everything takes a fraction of its time: each range, each offset, each `for` and each age is
 * divided. What is no age stays: counts, shares, and how long an answer may take. So does what a summary says of minutes.
 */
export const faster = (groups: readonly Group[], factor: number): Group[] =>
  groups.map((group) => ({
    ...group,
    ...(group.recordings && { recordings: group.recordings.map((each) => fasterRecording(each, factor)) }),
    ...(group.alerts && { alerts: group.alerts.map((each) => fasterAlert(each, factor)) }),
  }))

const fasterAlert = (alert: Alert, factor: number): Alert => ({
  ...alert,
  when: fasterQuery(alert.when, factor),
  for: shorter(alert.for, factor),
})

const fasterRecording = (recording: Recording, factor: number): Recording => ({
  ...recording,
  expr: fasterQuery(recording.expr, factor, recording.record.endsWith(':seconds')),
})

/** @param isAge whether the result is one, so that its numbers are seconds */
export function fasterQuery(query: string, factor: number, isAge = false): string {
  let text = ''
  let from = 0
  parser.parse(query).iterate({
    enter: ({ name, node }) => {
      const make = name === duration ? shorter : name === number && (isAge || isBesideAge(node, query)) ? divided : undefined
      if (make === undefined) return
      text += query.slice(from, node.from) + make(query.slice(node.from, node.to), factor)
      from = node.to
    },
  })
  return text + query.slice(from)
}

const duration = 'NumberDurationLiteralInDurationContext'
const number = 'NumberDurationLiteral'

/** `petrel_outbox_oldest_age_seconds > 60`: sixty seconds. The buckets of a histogram have another name. */
function isBesideAge({ parent, from }: SyntaxNode, query: string): boolean {
  if (parent?.name !== 'BinaryExpr') return false
  const other = [parent.firstChild, parent.lastChild].find((each) => each !== null && each.from !== from)
  return other != null && /_seconds\b/.test(query.slice(other.from, other.to))
}

const divided = (seconds: string, factor: number): string => String(Number(seconds) / factor)

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** `5m` and 10 are `30s`. @throws Error when it is no duration of one unit */
function shorter(text: string, factor: number): string {
  const [, count, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? []
  if (unit === undefined) throw new Error(`"${text}" is no duration of one unit.`)
  const ms = Math.round((Number(count) * unitMs[unit as keyof typeof unitMs]) / factor)
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`
}
