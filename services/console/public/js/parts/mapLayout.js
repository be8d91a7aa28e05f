// Decides where endpoints stand on the map. Pure: the same topology is always drawn the same.

/**
 * Puts endpoints into columns: where messages begin on the left, whoever hears of it later to the right.
 * @returns `{ places: Map(name → { column, row, rows }), columns }`
 */
export function placed({ nodes, edges }) {
  const names = nodes.map(({ name }) => name)
  const columns = columnsOf(
    names,
    edges.filter(({ from, to }) => from !== to),
  )
  return { places: rowsOf(columns, edges), columns: columns.length }
}

/** A command belongs to whom it is sent, an event to who publishes it: `sales.PlaceOrder` is sent to sales. */
const isCommand = ({ to, types = [] }) => types.some((type) => type.startsWith(`${to}.`))

/** Who sends commands and publishes nothing is where it begins, whatever it listens to: a page that shows how orders are. */
function beginners(names, edges) {
  const commands = new Set(edges.filter(isCommand).map(({ from }) => from))
  const events = new Set(edges.filter((edge) => !isCommand(edge)).map(({ from }) => from))
  return new Set(names.filter((name) => commands.has(name) && !events.has(name)))
}

/** How far each endpoint is from where messages begin. */
function columnsOf(names, edges) {
  const begins = beginners(names, edges)
  const onward = edges.filter(({ to }) => !begins.has(to))
  const next = new Map(names.map((name) => [name, onward.filter(({ from }) => from === name).map(({ to }) => to)]))
  const heard = Map.groupBy(edges, ({ to }) => to)
  const isFirst = (name) => !onward.some(({ to }) => to === name)
  const reach = (name) => distances(name, next).size + (isFirst(name) ? names.length : 0)
  const weight = (name) => reach(name) * 1_000 + (heard.get(name)?.length ?? 0)
  const [begin] = names.toSorted((one, other) => weight(other) - weight(one) || one.localeCompare(other))
  const far = begin === undefined ? new Map() : distances(begin, next)
  for (const name of names.filter((each) => !far.has(each)).toSorted()) {
    const near = next.get(name).flatMap((each) => far.get(each) ?? [])
    far.set(name, near.length > 0 ? Math.max(0, Math.min(...near) - 1) : 0)
  }
  const columns = []
  for (const name of names.toSorted()) (columns[far.get(name)] ??= []).push(name)
  return columns.filter(Boolean)
}

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

/**
 * Where lines begin and end: on the side of a box that looks to the other one, one beside the other.
 * @param spots name → where the middle of its box is: `along` the way of messages, and `across`
 * @param size of a box, the same way
 * @returns each edge with `from` and `to` as points, `isBack` for those against the way
 */
export function routed(edges, spots, size) {
  const ends = edges.flatMap((edge) => endsOf(edge, spots))
  for (const side of Map.groupBy(ends, ({ name, way }) => `${name} ${way}`).values()) {
    const room = Math.min(11, (size.across - 18) / side.length)
    const ordered = side.toSorted((one, other) => one.other.across - other.other.across || one.key.localeCompare(other.key))
    for (const [at, end] of ordered.entries()) end.shift = (at - (ordered.length - 1) / 2) * room
  }
  const point = ({ name, way, shift }) => {
    const { along, across } = spots.get(name)
    return { along: along + (way * size.along) / 2, across: across + shift }
  }
  return edges.map((edge, at) => {
    const [from, to] = [ends[2 * at], ends[2 * at + 1]]
    return { edge, from: point(from), to: point(to), isBack: from.way < 0, isBeside: from.way === to.way }
  })
}

/** Of two in one column both ends are on the far side: the line bows around. */
function endsOf({ from, to }, spots) {
  const [begin, end] = [spots.get(from), spots.get(to)]
  const way = Math.sign(end.along - begin.along)
  const key = `${from} ${to}`
  return [
    { name: from, way: way === 0 ? 1 : way, other: end, key, shift: 0 },
    { name: to, way: way === 0 ? 1 : -way, other: begin, key, shift: 0 },
  ]
}

/** How fast the dashes of a line move: a class from 0 (nothing flows) to 4. */
export const speedOf = (perSecond) => (perSecond <= 0 ? 0 : perSecond < 1 ? 1 : perSecond < 10 ? 2 : perSecond < 100 ? 3 : 4)
