import type { Selected, Selection, SharedId } from '@petrel/messaging/operations'

/** Which dead letters are meant, as options of a command. */
export interface SelectionOptions {
  readonly id?: readonly string[]
  readonly source?: string
}

/** Whose messages: those of an endpoint, or of a group, whose id may be cut. */
export type Whose =
  | { readonly endpoint: string; readonly group?: undefined }
  | { readonly endpoint: string | undefined; readonly group: string }

export const selectionOf = ({ id, source }: SelectionOptions): Selection => ({
  ...(id !== undefined && { ids: id }),
  ...(source !== undefined && { source }),
})

/** What became of the ids that were asked for, in words. */
export function selectionSentences(endpoint: string, { already, discarded, unknown, shared }: Selected): string[] {
  return [
    ...sharedSentences(shared),
    ...already.map((id) => `${id} was sent back before, and has not failed since.`),
    ...discarded.map(({ id, by, at, reason }) => `${id} was discarded by ${by} on ${at}: ${reason}`),
    ...unknownSentences(endpoint, unknown),
  ]
}

export const sharedSentences = (shared: readonly SharedId[]): string[] =>
  shared.map(
    ({ id, sources }) =>
      `${sources.length} messages have the id ${id}: from ${list(sources)}. All of them were taken; --source takes one.`,
  )

export const unknownSentences = (endpoint: string, unknown: readonly string[]): string[] =>
  unknown.map((id) => `${id} never failed at ${endpoint}. petrel failures --endpoint ${endpoint} shows the ids.`)

const list = (words: readonly string[]) => new Intl.ListFormat('en').format(words)
