import type { MessageDescriptor } from '@petrel/messaging'
import { Problem } from '../problem.ts'

/** A message that a new service hears, and the name under which `@petrel/contracts` has it. */
export interface Heard {
  readonly name: string
  readonly type: MessageDescriptor
}

type Known = readonly Heard[]

/** Every message that the contracts of this project define. */
export async function knownMessages(): Promise<Known> {
  const contracts: Readonly<Record<string, MessageDescriptor>> = await import('@petrel/contracts')
  return Object.entries(contracts).map(([name, type]) => ({ name, type }))
}

/** The events of these topics, each once. @throws Problem when a topic is none, with those that it may have meant */
export const heardMessages = (topics: readonly string[], known: Known): Heard[] =>
  [...new Set(topics)].map((topic) => heardMessage(topic, known))

function heardMessage(topic: string, known: Known): Heard {
  const found = known.find(({ type }) => type.topic === topic)
  if (found === undefined) throw new Problem(`No schema has the topic ${topic}. ${nearOnes(topic, known)}`)
  const { kind, owner } = found.type
  if (kind === 'event') return found
  throw new Problem(
    `${topic} is a ${kind} of ${owner}, and only ${owner} handles it. Events of ${owner}: ${eventsOf(owner, known)}.`,
  )
}

const eventsOf = (owner: string, known: Known) =>
  list(known.filter(({ type }) => type.owner === owner && type.kind === 'event').map(({ type }) => type.topic)) || 'none'

const mostShown = 3

/** The nearest first: what was mistyped, or only half remembered. */
function nearOnes(topic: string, known: Known): string {
  const events = known.filter(({ type }) => type.kind === 'event').map(({ type }) => type.topic)
  const near = events.toSorted((one, other) => distance(topic, one) - distance(topic, other)).slice(0, mostShown)
  return near.length === 0 ? 'There are no events in schemas/.' : `Near to it: ${list(near)}.`
}

/** How many letters two words differ in (Levenshtein), and less when one has the other in it. */
function distance(one: string, other: string): number {
  if (other.includes(one) || one.includes(other)) return 0
  let above = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [row, letter] of one.split('').entries()) {
    const line = [row + 1]
    for (const [column, against] of other.split('').entries())
      line.push(
        Math.min((line[column] ?? 0) + 1, (above[column + 1] ?? 0) + 1, (above[column] ?? 0) + Number(letter !== against)),
      )
    above = line
  }
  return above[other.length] ?? 0
}

const list = (words: readonly string[]) => new Intl.ListFormat('en').format(words)
