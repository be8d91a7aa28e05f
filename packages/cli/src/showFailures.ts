import { type Failure, type FailureGroup, groupFailures, listFailures } from '@petrel/messaging/operations'
import type { CommandContext } from './commandContext.ts'
import { requireEndpoint } from './endpoints.ts'
import { ageNote, failureNotes } from './failureNotes.ts'
import { paint, type Screen } from './screen.ts'
import { showTable } from './showTable.ts'
import { table } from './table.ts'
import { ago } from './time.ts'

interface Options {
  readonly endpoint?: string
  readonly all?: true
  readonly json?: true
}

/** `petrel failures`: what waits for a person. */
export async function showFailures({ addresses, broker, out }: CommandContext, options: Options): Promise<true> {
  const infrastructure = { admin: broker.admin, prefix: addresses.prefix }
  const { endpoint, all = false } = options
  if (endpoint !== undefined) await requireEndpoint(infrastructure, endpoint)
  const failures = await listFailures(infrastructure, endpoint, { withDiscarded: all })
  if (options.json) {
    out.json(groupFailures(failures))
    return true
  }
  const open = failures.filter(({ discarded }) => discarded === undefined)
  if (open.length === 0) out.line('Nothing waits for you: every message was handled, or is still being tried.')
  else showOpen(open, endpoint !== undefined, out)
  if (all) showDiscarded(failures.filter(isDiscarded), out)
  return true
}

function showOpen(failures: readonly Failure[], oneByOne: boolean, out: Screen): void {
  showTable(groupTable(groupFailures(failures)), out)
  out.line()
  if (oneByOne) {
    showTable(failureTable(failures), out)
    out.line()
  }
  showNotes(failureNotes(failures), oneByOne ? Number.POSITIVE_INFINITY : notesInOverview, out)
  for (const note of ageNote(failures)) out.line(paint('yellow', note))
  for (const name of new Set(failures.map((failure) => failure.endpoint))) out.line(paint('dim', whatToDo(name)))
}

/** The overview stays one, however many bodies were left out. */
const notesInOverview = 10

function showNotes(notes: readonly string[], most: number, out: Screen): void {
  for (const note of notes.slice(0, most)) out.line(note)
  if (notes.length > most) out.line(`… and ${notes.length - most} more of these; --endpoint shows all of an endpoint.`)
}

function showDiscarded(failures: readonly Discarded[], out: Screen): void {
  out.line()
  if (failures.length === 0) out.line('Nothing was discarded.')
  else showTable(discardedTable(failures), out)
}

type Discarded = Failure & { readonly discarded: NonNullable<Failure['discarded']> }
const isDiscarded = (failure: Failure): failure is Discarded => failure.discarded !== undefined

const whatToDo = (endpoint: string) =>
  `petrel failures --endpoint ${endpoint} shows each; petrel replay ${endpoint} sends back all, --id … one of them.`

const groupTable = (groups: readonly FailureGroup[]): string[] =>
  table(
    [
      { heading: 'COUNT', align: 'right' },
      { heading: 'ENDPOINT' },
      { heading: 'MESSAGE' },
      { heading: 'SINCE' },
      { heading: 'LAST' },
      { heading: 'ERROR' },
    ],
    groups.map((group) => [
      String(group.count),
      group.endpoint,
      group.type ?? '(unknown)',
      ago(group.firstFailedAt),
      ago(group.lastFailedAt),
      `${group.errorType}: ${group.errorMessage}`,
    ]),
  )

/** An id names one message only together with its source, which is shown when two failures have the same id. */
function failureTable(failures: readonly Failure[]): string[] {
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
  const cells = (failure: Failure) => [
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

const discardedTable = (failures: readonly Discarded[]): string[] =>
  table(
    [
      { heading: 'DISCARDED' },
      { heading: 'ENDPOINT' },
      { heading: 'KEY' },
      { heading: 'WHEN' },
      { heading: 'BY' },
      { heading: 'WHY' },
    ],
    failures.map(({ id, endpoint, key = '', discarded: { at, by, reason } }) => [id, endpoint, key, ago(at), by, reason]),
  )
