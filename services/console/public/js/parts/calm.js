// What one is about to click does not move: rows change in place, new ones wait until they are asked for, and those that are gone
// stay and say so. Pure: no page.

export const noRows = { query: undefined, rows: [] }

/** The list as the latest answer has it. */
export const anew = (query, items = []) => ({ query, rows: items.map((item) => ({ item, isGone: false })) })

/** @returns the rows after an answer. Where nothing is left to click, the answer is shown as it is */
export function calmed(held, query, items, isElsewhere = () => false) {
  if (items === undefined) return held.query === query ? held : anew(query)
  const isOver = held.rows.every(({ isGone }) => isGone)
  if (held.query !== query || (isOver && items.length > 0)) return anew(query, items)
  const latest = new Map(items.map((item) => [item.id, item]))
  const rows = held.rows.map(({ item }) =>
    latest.has(item.id) ? { item: latest.get(item.id), isGone: false } : { item, isGone: !isElsewhere(item) },
  )
  return { query, rows }
}

/** @returns how many rows of an answer are not shown yet */
export function freshIn({ rows }, items = []) {
  const shown = new Set(rows.map(({ item }) => item.id))
  return items.filter(({ id }) => !shown.has(id)).length
}
