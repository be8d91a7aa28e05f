/** The states that the page offers, and what the API calls them. */
export const stateFilters = {
  open: ['Open', 'unresolved,replayRequested'],
  unresolved: ['Unresolved', 'unresolved'],
  replayRequested: ['Replay requested', 'replayRequested'],
  resolved: ['Resolved', 'resolved'],
  archived: ['Archived', 'archived'],
  all: ['All states', undefined],
}

/** How failures can be grouped; `none` lists them. */
export const groupings = {
  error: 'by error',
  type: 'by message type',
  endpoint: 'by endpoint',
  errorType: 'by error type',
  none: 'not grouped',
}

/** What an address asks for, as the API takes it. */
export function filterOf({ endpoint, type, errorType, q, from, to, state = 'open' }) {
  const filter = { endpoint, type, errorType, q, from, to, state: (stateFilters[state] ?? stateFilters.open)[1] }
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined && value !== ''))
}

/** Whether fewer are shown than those of a group. */
export const isNarrowed = (filter) => Object.keys(filter).some((name) => name !== 'state')

/** What an action on a group is about: only what is shown, never what a filter hides. */
export const selectionOfGroup = (group, by, filter) => (isNarrowed(filter) ? { filter: { ...filter, group, by } } : { group, by })
