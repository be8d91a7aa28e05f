import { type Failure, groupFailures, listFailures } from '@petrel/messaging/operations'
import type { CommandContext } from './commandContext.ts'
import { requireEndpoint } from './endpoints.ts'
import { ageNote, failureNotes } from './failureNotes.ts'
import { paint, type Screen } from './screen.ts'
import { groupNamed, showWaiting } from './shownFailures.ts'
import { showTable } from './showTable.ts'
import { table } from './table.ts'
import { ago } from './time.ts'

interface Options {
  readonly endpoint?: string
  readonly group?: string
  readonly all?: true
  readonly json?: true
}

/** `petrel failures`: what waits for a person, as Kafka has it. */
export async function showFailures({ addresses, broker, out }: CommandContext, options: Options): Promise<true> {
  const infrastructure = { admin: broker.admin, prefix: addresses.prefix }
  const { endpoint, group, all = false } = options
  if (endpoint !== undefined) await requireEndpoint(infrastructure, endpoint)
  const failures = await listFailures(infrastructure, endpoint, { withDiscarded: all })
  const groups = groupFailures(options.json ? failures : failures.filter(({ discarded }) => discarded === undefined))
  const wanted = group === undefined ? groups : [groupNamed(groups, group)]
  if (options.json) {
    out.json(wanted)
    return true
  }
  // In the order in which they failed.
  const shown = new Set(wanted.flatMap((each) => each.failures))
  const open = failures.filter((failure) => shown.has(failure))
  const isOneByOne = endpoint !== undefined || group !== undefined
  showWaiting({ groups: wanted, failures: isOneByOne ? open : undefined }, out, () => {
    showNotes(failureNotes(open), isOneByOne ? Number.POSITIVE_INFINITY : notesInOverview, out)
    for (const note of ageNote(open)) out.line(paint('yellow', note))
  })
  if (all) showDiscarded(failures.filter(isDiscarded), out)
  return true
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
