import { uuid5 } from '../uuid5.ts'
import type { Failure } from './failures.ts'
import { ownFrame } from './ownFrame.ts'

/** Failures that look like one fault: the same error at the same place in the code of one endpoint. */
export interface FailureGroup {
  /** The same in `petrel failures` and in the console. */
  readonly id: string
  readonly endpoint: string
  /** Undefined when they are of several types, or of none. */
  readonly type: string | undefined
  readonly errorType: string
  /** Of the newest, with ids, numbers and times replaced. */
  readonly errorMessage: string
  /** Where the endpoint's own code failed, `placeOrder.ts:14`; null when nothing says so. */
  readonly frame: string | null
  readonly count: number
  readonly firstFailedAt: string
  readonly lastFailedAt: string
  readonly failures: readonly Failure[]
}

/** What says to which group a failure belongs. */
export type Grouped = Pick<Failure, 'endpoint' | 'errorType' | 'errorMessage' | 'errorStack'>

/** Drawn once: changing it would make every group another one. */
const namespace = '8f4b8a52-2f5a-4f6d-8b1e-9a7d53c1e0c4'
const longestMessage = 200

/**
 * An error without a place in the endpoint's code is known by what it says.
 * @param frame of its stack, for whoever has looked for it already
 */
export function groupId({ endpoint, errorType, errorMessage, errorStack }: Grouped, frame = ownFrame(errorStack)): string {
  const where = frame ?? normalised(errorMessage).slice(0, longestMessage)
  return uuid5(namespace, JSON.stringify([endpoint, errorType, where]))
}

/** The largest group first. */
export function groupFailures(failures: readonly Failure[]): FailureGroup[] {
  const alike = Map.groupBy(failures, (failure) => groupId(failure))
  return [...alike].map(([id, some]) => groupOf(id, some)).toSorted((a, b) => b.count - a.count)
}

/** A message's text with what differs from order to order replaced: `Order … has 3 lines` and `Order … has 4 lines` are one fault. */
export function normalised(message: string): string {
  return (message.split('\n', 1)[0] ?? '')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, '<id>')
    .replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z?/g, '<time>')
    .replaceAll(/\d+(?:\.\d+)*/g, '<n>')
}

function groupOf(id: string, failures: readonly Failure[]): FailureGroup {
  // Instants in ISO 8601 and UTC sort as text.
  const newest = failures.reduce((a, b) => (a.lastFailedAt > b.lastFailedAt ? a : b))
  const oldest = failures.reduce((a, b) => (a.firstFailedAt < b.firstFailedAt ? a : b))
  const types = new Set(failures.map(({ type }) => type))
  return {
    id,
    endpoint: newest.endpoint,
    type: types.size === 1 ? newest.type : undefined,
    errorType: newest.errorType,
    errorMessage: normalised(newest.errorMessage),
    frame: ownFrame(newest.errorStack),
    count: failures.length,
    firstFailedAt: oldest.firstFailedAt,
    lastFailedAt: newest.lastFailedAt,
    failures,
  }
}
