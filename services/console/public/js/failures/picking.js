import { useMay } from '../summary.js'
import { useState } from '../view.js'

/** @returns the set with the id, or without it when it was there */
export function toggled(set, id) {
  const next = new Set(set)
  if (!next.delete(id)) next.add(id)
  return next
}

/** Which messages one has picked: some, or all that match. */
export function usePicking(query, rows, total) {
  const may = useMay('operator')
  const [state, setState] = useState({ query, ids: new Set(), isAll: false })
  const { ids, isAll } = state.query === query ? state : { ids: new Set(), isAll: false }
  const set = (next) => setState({ query, ids, isAll: false, ...next })
  const here = rows.filter(({ isGone }) => !isGone).map(({ item }) => item.id)
  const isPagePicked = here.length > 0 && (isAll || here.every((id) => ids.has(id)))
  return {
    may,
    here,
    isAll,
    ids,
    count: isAll ? total : ids.size,
    isPagePicked,
    canHaveAll: isPagePicked && !isAll && total > ids.size,
    has: (id) => isAll || ids.has(id),
    toggle: (id) => set({ ids: toggled(isAll ? new Set(here) : ids, id) }),
    togglePage: () => set({ ids: isPagePicked ? new Set() : new Set([...ids, ...here]) }),
    pickAll: () => set({ isAll: true }),
    clear: () => set({ ids: new Set() }),
  }
}
