import type { MessagePlan, Topology } from '@petrel/messaging/operations'
import { Problem } from '../problem.ts'
import type { Picture } from './picture.ts'
import { shortName } from './shortName.ts'

const derived = { hears: 'handles', says: 'sends and publishes' } as const

/**
 * The table of services with those columns made anew that the endpoints know: what each handles, and what it sends and
 * publishes to others. The other columns and rows are people's. An endpoint without a row gets one.
 */
export function servicesTable(former: string, topology: Topology, { onlookers }: Picture): string {
  const [heading = [], , ...rows] = former.split('\n').map(cellsOf)
  const [hears, says] = [column(heading, derived.hears), column(heading, derived.says)]
  const listed = (messages: readonly MessagePlan[]) =>
    messages.flatMap((message) => (isPrivate(message, topology) ? [] : [`\`${shortName(message)}\``])).join(', ')
  const filled = (row: readonly string[]) => {
    const endpoint = topology.endpoints.find(({ name }) => name === row[0])
    if (endpoint === undefined) return row
    const { subscribes, produces } = endpoint.plan
    return row.with(hears, onlookers[endpoint.name] ?? listed(subscribes)).with(says, listed(produces))
  }
  const known = new Set(rows.map(([name]) => name))
  const missing = topology.endpoints
    .filter(({ name }) => !known.has(name))
    .map(({ name }) => heading.map((_, at) => (at === 0 ? name : '')))
  return [line(heading), `|${'---|'.repeat(heading.length)}`, ...[...rows, ...missing].map((row) => line(filled(row)))].join('\n')
}

const line = (cells: readonly string[]) => `|${cells.map((cell) => (cell === '' ? ' ' : ` ${cell} `)).join('|')}|`

const cellsOf = (line: string): string[] =>
  line
    .replace(/^\|/, '')
    .replace(/\|$/, '')
    .split('|')
    .map((cell) => cell.trim())

function column(heading: readonly string[], name: string): number {
  const at = heading.indexOf(name)
  if (at === -1) throw new Problem(`README.md: the table of services has no column "${name}".`)
  return at
}

/** What an endpoint says to nobody but itself is its own affair. */
function isPrivate({ type }: MessagePlan, { messages }: Topology): boolean {
  const message = messages.find((each) => each.type.fullName === type.fullName)
  const isOwn = (names: readonly string[] = []) => names.length > 0 && names.every((name) => name === type.owner)
  return isOwn(message?.sentBy) && isOwn(message?.heardBy)
}
