import {
  confluentRegistry,
  type Failure,
  type FoundKey,
  journey,
  type JourneyStep,
  keysLike,
  listFailures,
} from '@petrel/messaging/operations'
import type { CommandContext } from './commandContext.ts'
import { paint, type Screen } from './screen.ts'
import { loadServices } from './services.ts'
import { table } from './table.ts'
import { ago } from './time.ts'
import { timeline } from './timeline.ts'

interface Options {
  readonly json?: true
}

/**
 * `petrel order`: everything that happened to one order.
 * @param id its id, or the beginning or the end of it as the page and the log show it
 * @returns whether one order was found
 */
export async function showOrder(context: CommandContext, id: string, { json }: Options): Promise<boolean> {
  const { out, broker, addresses } = context
  const infrastructure = { admin: broker.admin, prefix: addresses.prefix }
  const { key, steps, candidates } = await findOrder(context, id)
  if (json) out.json(steps)
  else if (candidates.length > 0) showCandidates(candidates, id, out)
  else if (key === undefined) out.line(`No record has the key ${id}, or one that begins or ends with it.`)
  else {
    for (const text of await waiting(key, steps, infrastructure)) out.line(paint('red', text))
    for (const parts of timeline(key, steps)) out.line(...parts)
  }
  return steps.length > 0
}

interface Found {
  readonly key: string | undefined
  readonly steps: readonly JourneyStep[]
  /** More than one, when a short id does not say which. */
  readonly candidates: readonly FoundKey[]
}

/** Shorter than this, a part of an id would mean half of all orders. */
const shortestPart = 4

async function findOrder({ root, broker, addresses }: CommandContext, id: string): Promise<Found> {
  const { prefix } = addresses
  const registry = addresses.registry && confluentRegistry(addresses.registry)
  const infrastructure = { admin: broker.admin, prefix, registry }
  const endpoints = (await loadServices(root)).map(({ endpoint }) => endpoint)
  const steps = await journey(id, endpoints, infrastructure)
  if (steps.length > 0) return { key: id, steps, candidates: [] }
  const keys = id.length < shortestPart ? [] : await keysLike(id, endpoints, infrastructure)
  const [first, ...others] = keys
  if (first === undefined || others.length > 0) return { key: undefined, steps: [], candidates: keys }
  return { key: first.key, steps: await journey(first.key, endpoints, infrastructure), candidates: [] }
}

const mostCandidates = 20

/** What a short id may stand for. */
export function showCandidates(candidates: readonly FoundKey[], id: string, out: Screen): void {
  out.line(`${candidates.length} keys begin or end with ${id}. Which one?`)
  const rows = candidates.slice(0, mostCandidates).map(({ key, lastAt }) => [key, ago(lastAt)])
  for (const row of table([{ heading: 'KEY' }, { heading: 'LAST MESSAGE' }], rows)) out.row(row)
  if (candidates.length > mostCandidates) out.line(`… and ${candidates.length - mostCandidates} older ones.`)
}

/** What waits for a person, in words. */
async function waiting(
  key: string,
  steps: readonly JourneyStep[],
  infrastructure: Parameters<typeof listFailures>[0],
): Promise<string[]> {
  const endpoints = new Set(steps.filter(({ kind }) => kind === 'dead-letter').map(({ endpoint }) => endpoint))
  const failures = await Promise.all([...endpoints].map((endpoint) => listFailures(infrastructure, endpoint)))
  return failures
    .flat()
    .filter((failure) => failure.key === key)
    .map(sentence)
}

const sentence = ({ endpoint, id, type = 'A message' }: Failure) => `${type} waits for you: petrel replay ${endpoint} --id ${id}`
