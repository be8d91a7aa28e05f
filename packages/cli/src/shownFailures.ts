import type { Failure, FailureGroup } from '@petrel/messaging/operations'
import { Problem } from './problem.ts'
import { paint, type Screen } from './screen.ts'
import { showTable } from './showTable.ts'
import { table } from './table.ts'
import { ago } from './time.ts'

/** What is shown of a group, whoever has found it: this command in Kafka, or a console. */
export type ShownGroup = Pick<
  FailureGroup,
  'id' | 'endpoint' | 'type' | 'errorType' | 'errorMessage' | 'frame' | 'count' | 'firstFailedAt' | 'lastFailedAt'
>

/** What is shown of a failure. */
export type ShownFailure = Pick<
  Failure,
  'id' | 'source' | 'key' | 'type' | 'attempts' | 'lastFailedAt' | 'traceId' | 'errorType' | 'errorMessage'
>

/** What waits for a person. */
export interface Waiting {
  readonly groups: readonly ShownGroup[]
  /** One by one; undefined where groups are enough. */
  readonly failures: readonly ShownFailure[] | undefined
}

/** As many characters as nobody mistakes. */
const shownId = 8

/** Writes the groups, then the failures, then what to know (`notes`), then what to do. */
export function showWaiting({ groups, failures }: Waiting, out: Screen, notes: (out: Screen) => void = () => {}): void {
  if (groups.length === 0) {
    out.line('Nothing waits for you: every message was handled, or is still being tried.')
    return
  }
  showTable(groupTable(groups), out)
  out.line()
  if (failures !== undefined) {
    showTable(failureTable(failures), out)
    out.line()
  }
  notes(out)
  for (const name of new Set(groups.map(({ endpoint }) => endpoint))) out.line(paint('dim', whatToDo(name)))
}

/** The group whose id begins so. @throws Problem when none does, or more than one */
export function groupNamed<G extends Pick<FailureGroup, 'id' | 'endpoint'>>(groups: readonly G[], id: string): G {
  const [found, ...others] = groups.filter((group) => group.id.startsWith(id.toLowerCase()))
  if (found === undefined) throw new Problem(`No group ${id} waits. petrel failures shows the groups.`)
  if (others.length > 0) throw new Problem(`${others.length + 1} groups begin with ${id}: write more of it.`)
  return found
}

const whatToDo = (endpoint: string) =>
  `petrel failures --endpoint ${endpoint} shows each; petrel replay ${endpoint} sends back all, --id … one of them, --group … those of a group.`

const groupTable = (groups: readonly ShownGroup[]): string[] =>
  table(
    [
      { heading: 'COUNT', align: 'right' },
      { heading: 'GROUP' },
      { heading: 'ENDPOINT' },
      { heading: 'MESSAGE' },
      { heading: 'SINCE' },
      { heading: 'LAST' },
      { heading: 'ERROR' },
    ],
    groups.map((group) => [
      String(group.count),
      group.id.slice(0, shownId),
      group.endpoint,
      group.type ?? '(unknown)',
      ago(group.firstFailedAt),
      ago(group.lastFailedAt),
      `${group.errorType}${group.frame === null ? '' : ` at ${group.frame}`}: ${group.errorMessage}`,
    ]),
  )

/** An id names one message only together with its source, which is shown when two failures have the same id. */
function failureTable(failures: readonly ShownFailure[]): string[] {
  const isShared = new Set(failures.map(({ id }) => id)).size < failures.length
  const isTraced = failures.some(({ traceId }) => traceId !== undefined)
  const columns = [
    { heading: 'ID' },
    ...(isShared ? [{ heading: 'SOURCE' }] : []),
    { heading: 'KEY' },
    { heading: 'MESSAGE' },
    { heading: 'TRIES', align: 'right' as const },
    { heading: 'LAST' },
    ...(isTraced ? [{ heading: 'TRACE' }] : []),
    { heading: 'ERROR' },
  ]
  const cells = (failure: ShownFailure) => [
    failure.id,
    ...(isShared ? [failure.source] : []),
    failure.key ?? '',
    failure.type ?? '(unknown)',
    String(failure.attempts),
    ago(failure.lastFailedAt),
    ...(isTraced ? [failure.traceId ?? ''] : []),
    `${failure.errorType}: ${failure.errorMessage.split('\n', 1)[0]}`,
  ]
  return table(columns, failures.map(cells))
}
