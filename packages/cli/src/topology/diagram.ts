import type { MessagePlan, Topology } from '@petrel/messaging/operations'
import type { Call } from './outside.ts'
import type { Picture } from './picture.ts'
import { shortName } from './shortName.ts'

/**
 * Who says what to whom, as Mermaid: a solid arrow for events, a dotted one for commands, a line for calls outside the bus.
 * What endpoints say to themselves is left out, and so is what onlookers hear and ask.
 */
export function diagram(topology: Topology, calls: readonly Call[], { comesIn, onlookers }: Picture): string {
  const outward = calls.filter(({ from }) => !(from in onlookers))
  const nodes = [
    ...comesIn.map(({ from }) => `${id(from)}([${from}])`),
    ...topology.endpoints.flatMap(({ name }) => (id(name) === name ? [] : [`${id(name)}[${name}]`])),
    ...outward.map(({ to }) => `${id(to)}[(${to})]`),
  ]
  const edges = [
    ...comesIn.map(({ from, to, by }) => `${id(from)} -->|${by}| ${id(to)}`),
    ...messageEdges(topology, (name) => name in onlookers),
    ...outward.map(({ from, to, by }) => `${id(from)} ---${by === undefined ? '' : `|${by}|`} ${id(to)}`),
  ]
  return ['```mermaid', 'flowchart LR', ...[...new Set([...nodes, ...edges])].map((line) => `  ${line}`), '```'].join('\n')
}

function messageEdges({ endpoints, messages }: Topology, isOnlooker: (name: string) => boolean): string[] {
  const hears = (name: string, { type }: MessagePlan) =>
    messages.some((message) => message.type.fullName === type.fullName && message.heardBy.includes(name))
  const pairs = endpoints.flatMap((from) => endpoints.map(({ name: to }) => ({ from, to })))
  return pairs
    .filter(({ from, to }) => from.name !== to)
    .flatMap(({ from: { name: from, plan }, to }) => {
      const said = plan.produces.filter((message) => hears(to, message))
      const events = isOnlooker(to) ? [] : said.filter(({ type }) => type.kind === 'event')
      const commands = said.filter(({ type }) => type.kind === 'command')
      return [...edge(from, '-->', to, events), ...edge(from, '-.->', to, commands)]
    })
}

const edge = (from: string, arrow: string, to: string, said: readonly MessagePlan[]): string[] =>
  said.length === 0 ? [] : [`${id(from)} ${arrow}|${said.map(shortName).join(', ')}| ${id(to)}`]

/** Mermaid has words and signs of its own: a dash may begin an arrow. */
const ownWords = new Set(['class', 'click', 'default', 'end', 'flowchart', 'graph', 'style', 'subgraph'])
const id = (name: string) => (ownWords.has(name) ? `${name}_` : name.replaceAll('-', '_'))
