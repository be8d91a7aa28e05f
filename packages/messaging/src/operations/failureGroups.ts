import type { Failure } from './failures.ts'

/** Failures that look like one fault. */
export interface FailureGroup {
  readonly endpoint: string
  readonly type: string | undefined
  readonly errorType: string
  /** With ids, numbers and times replaced, so that the same sentence about another order is the same. */
  readonly errorMessage: string
  readonly count: number
  readonly firstFailedAt: string
  readonly lastFailedAt: string
  readonly failures: readonly Failure[]
}

/** The largest group first. */
export function groupFailures(failures: readonly Failure[]): FailureGroup[] {
  const alike = Map.groupBy(failures, ({ endpoint, type, errorType, errorMessage }) =>
    JSON.stringify([endpoint, type, errorType, normalised(errorMessage)]),
  )
  return [...alike.values()].map(groupOf).toSorted((a, b) => b.count - a.count)
}

/** A message's text with what differs from order to order replaced: `Order … has 3 lines` and `Order … has 4 lines` are one fault. */
export function normalised(message: string): string {
  return (message.split('\n', 1)[0] ?? '')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, '<id>')
    .replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z?/g, '<time>')
    .replaceAll(/\d+(?:\.\d+)*/g, '<n>')
}

function groupOf(failures: readonly Failure[]): FailureGroup {
  const [first] = failures
  if (first === undefined) throw new Error('A group has at least one failure.')
  const { endpoint, type, errorType } = first
  return {
    endpoint,
    type,
    errorType,
    errorMessage: normalised(first.errorMessage),
    count: failures.length,
    firstFailedAt: earliest(failures.map((each) => each.firstFailedAt)),
    lastFailedAt: latest(failures.map((each) => each.lastFailedAt)),
    failures,
  }
}

// Instants in ISO 8601 and UTC sort as text.
const earliest = (instants: readonly string[]) => instants.reduce((a, b) => (a < b ? a : b))
const latest = (instants: readonly string[]) => instants.reduce((a, b) => (a > b ? a : b))
