// Decides where endpoints stand on the map. Pure: the same topology is always drawn the same.

/**
 * Puts endpoints into columns: where messages begin on the left, whoever hears of it later to the right.
 * @returns `{ places: Map(name → { column, row, rows }), columns }`
 */
export function placed({ nodes, edges }) {
  const names = nodes.map(({ name }) => name)
  const next = new Map(
    names.map((name) => [name, [...new Set(edges.filter(({ from, to }) => from === name && to !== name).map(({ to }) => to))]]),
  )
  const columns = columnsOf(names, next)
  return { places: rowsOf(columns, edges), columns: columns.length }
}

/** How far each endpoint is from where messages begin. */
function columnsOf(names, next) {
  const reach = new Map(names.map((name) => [name, distances(name, next)]))
  const isHeard = new Set([...next.values()].flat())
  // Where it begins: whoever reaches the most, by the longest way. Others that nobody sends to stand left of whom they send to.
  const begin = names.toSorted((one, other) => reachOf(reach.get(other)) - reachOf(reach.get(one)) || one.localeCompare(other))[0]
  const far = new Map(begin === undefined ? [] : reach.get(begin))
  for (const name of names.filter((each) => !far.has(each))) {
    const near = next
      .get(name)
      .map((each) => far.get(each))
      .filter((each) => each !== undefined)
    far.set(name, near.length > 0 ? Math.max(0, Math.min(...near) - 1) : isHeard.has(name) ? 1 : 0)
  }
  const columns = []
  for (const name of names.toSorted()) (columns[far.get(name)] ??= []).push(name)
  return columns.filter(Boolean)
}

const reachOf = (distance) => distance.size * 100 + Math.max(0, ...distance.values())

function distances(from, next) {
  const far = new Map([[from, 0]])
  let edge = [from]
  for (let step = 1; edge.length > 0; step++) {
    edge = edge.flatMap((name) => next.get(name) ?? []).filter((name) => !far.has(name) && far.set(name, step))
    edge = [...new Set(edge)]
  }
  return far
}

/** Orders each column by where its neighbours stand, so that few lines cross (the barycentre method). */
function rowsOf(columns, edges) {
  const places = new Map()
  const settle = () => {
    for (const [column, names] of columns.entries())
      for (const [row, name] of names.entries()) places.set(name, { column, row, rows: names.length })
  }
  settle()
  const centre = (name) => {
    const near = edges
      .flatMap(({ from, to }) => (from === name ? [to] : to === name ? [from] : []))
      .filter((each) => each !== name)
    const heights = near.map((each) => heightOf(places.get(each)))
    return heights.length === 0 ? 0.5 : heights.reduce((sum, each) => sum + each, 0) / heights.length
  }
  for (let round = 0; round < 4; round++) {
    for (const names of columns) {
      const centres = new Map(names.map((name) => [name, centre(name)]))
      names.sort((one, other) => centres.get(one) - centres.get(other) || one.localeCompare(other))
    }
    settle()
  }
  return places
}

/** From 0 to 1, the same for columns with few and with many. */
export const heightOf = ({ row, rows }) => (row + 0.5) / rows

/** How fast the dashes of a line move: a class from 0 (nothing flows) to 4. */
export const speedOf = (perSecond) => (perSecond <= 0 ? 0 : perSecond < 1 ? 1 : perSecond < 10 ? 2 : perSecond < 100 ? 3 : 4)
