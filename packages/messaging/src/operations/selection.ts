import type { DeadLetter, DeadLetters, SettledLetter } from './deadLetters.ts'

/** Which dead letters of an endpoint a person means. */
export interface Selection {
  /** Message ids, and all messages that have one of them; without ids, everything that is open. */
  readonly ids?: readonly string[]
  /** Only messages of this source. */
  readonly source?: string
}

/** A message of which nothing is open any more, since somebody has discarded it. */
export interface DiscardedMessage {
  readonly id: string
  readonly source: string
  readonly by: string
  /** ISO 8601. */
  readonly at: string
  readonly reason: string
}

/** An id that several messages have: CloudEvents makes ids unique within their source only. */
export interface SharedId {
  readonly id: string
  readonly sources: readonly string[]
}

/** What became of each id that was asked for. */
export interface Selected {
  /** Asked for, but replayed before (or by somebody else meanwhile), and not failed since. */
  readonly already: readonly string[]
  /** Asked for, but discarded before. */
  readonly discarded: readonly DiscardedMessage[]
  /** Asked for, but never in this endpoint's dead letter topic. */
  readonly unknown: readonly string[]
  /** Ids that stood for more than one open message: all of them were taken. */
  readonly shared: readonly SharedId[]
}

/** Picks the open letters that are meant. */
export function select(letters: DeadLetters, { ids, source }: Selection): Selected & { readonly wanted: readonly DeadLetter[] } {
  const open = letters.open.filter(isFrom(source))
  if (ids === undefined) return { wanted: open, already: [], discarded: [], unknown: [], shared: [] }
  const asked = [...new Set(ids)]
  const openById = Map.groupBy(open, idOf)
  const settledById = Map.groupBy(letters.settled.filter(isFrom(source)), idOf)
  const closed = asked.filter((id) => !openById.has(id))
  const settled = closed.flatMap((id) => settledById.get(id) ?? [])
  return {
    wanted: asked.flatMap((id) => openById.get(id) ?? []),
    already: [...new Set(settled.filter(({ mark }) => mark.outcome === 'replayed').map(idOf))],
    discarded: settled.filter(({ mark }) => mark.outcome === 'discarded').map(discardedMessage),
    unknown: closed.filter((id) => !settledById.has(id)),
    shared: asked.map((id) => sharedId(id, openById.get(id) ?? [])).filter(({ sources }) => sources.length > 1),
  }
}

/** What became of each id that was to wait again. */
export interface SelectedDiscarded {
  /** Asked for, but waits already. */
  readonly waiting: readonly string[]
  /** Asked for, but replayed, and not failed since. */
  readonly replayed: readonly string[]
  /** Asked for, but never in this endpoint's dead letter topic. */
  readonly unknown: readonly string[]
  /** Ids that stood for more than one discarded message: all of them were taken. */
  readonly shared: readonly SharedId[]
}

/** Picks the discarded letters that are meant. */
export function selectDiscarded(
  letters: DeadLetters,
  { ids, source }: Selection,
): SelectedDiscarded & { readonly wanted: readonly SettledLetter[] } {
  const settled = letters.settled.filter(isFrom(source))
  const discarded = settled.filter(({ mark }) => mark.outcome === 'discarded')
  if (ids === undefined) return { wanted: discarded, waiting: [], replayed: [], unknown: [], shared: [] }
  const discardedById = Map.groupBy(discarded, idOf)
  const asked = [...new Set(ids)]
  const others = asked.filter((id) => !discardedById.has(id))
  const open = new Set(letters.open.filter(isFrom(source)).map(idOf))
  const replayed = new Set(settled.map(idOf))
  return {
    wanted: asked.flatMap((id) => discardedById.get(id) ?? []),
    waiting: others.filter((id) => open.has(id)),
    replayed: others.filter((id) => !open.has(id) && replayed.has(id)),
    unknown: others.filter((id) => !open.has(id) && !replayed.has(id)),
    shared: asked.map((id) => sharedId(id, discardedById.get(id) ?? [])).filter(({ sources }) => sources.length > 1),
  }
}

const isFrom = (source: string | undefined) => (letter: DeadLetter | SettledLetter) =>
  source === undefined || letter.identity.source === source

/** What people see as a message's id: its own, or the place of the original record. */
const idOf = ({ identity }: Pick<DeadLetter, 'identity'>): string => identity.formerId

const discardedMessage = ({ identity, mark: { by, at, reason = '' } }: SettledLetter): DiscardedMessage => ({
  id: identity.formerId,
  source: identity.source,
  by,
  at,
  reason,
})

const sharedId = (id: string, letters: readonly Pick<DeadLetter, 'identity'>[]): SharedId => ({
  id,
  sources: letters.map(({ identity }) => identity.source),
})
