import type { JourneyStep, StepKind } from '@petrel/messaging/operations'
import type { Screen } from './screen.ts'
import { span } from './time.ts'

interface Line {
  readonly step: JourneyStep
  readonly depth: number
}

/** A journey as lines: what led to what is indented, with the time since the first record, and where each record lies. */
export function timeline(steps: readonly JourneyStep[], { paint }: Pick<Screen, 'paint'>): string[] {
  const [first] = steps
  const last = steps.at(-1)
  if (first === undefined || last === undefined) return []
  const lines = tree(steps).map(({ step, depth }) => ({
    kind: step.kind,
    time: step.at === first.at ? '0 ms' : `+${span(step.at - first.at)}`,
    text: cut('  '.repeat(depth) + sentences[step.kind](step)),
    place: `${step.topic}/${step.partition}/${step.offset}`,
  }))
  const timeWidth = Math.max(...lines.map(({ time }) => time.length))
  const textWidth = Math.max(...lines.map(({ text }) => text.length))
  const began = `${new Date(first.at).toISOString()}, ${steps.length} records in ${span(last.at - first.at)}`
  return [
    paint('dim', `${began}, conversation ${first.conversationId}`),
    ...lines.map(({ kind, time, text, place }) =>
      [paint('dim', time.padStart(timeWidth)), paint(colours[kind], text.padEnd(textWidth)), paint('dim', place)].join('  '),
    ),
  ]
}

const colours = { message: 'reset', postponed: 'yellow', retry: 'yellow', 'dead-letter': 'red', replay: 'cyan' } as const

/** Every step below the message that led to it, and a message's failures and copies below itself; siblings by time. */
function tree(steps: readonly JourneyStep[]): Line[] {
  const messages = new Map<string, JourneyStep>()
  const parents = new Map<JourneyStep, JourneyStep | undefined>()
  for (const step of steps) {
    parents.set(step, messages.get(step.id) ?? messages.get(step.causationId ?? ''))
    if (step.kind === 'message' && !messages.has(step.id)) messages.set(step.id, step)
  }
  const children = Map.groupBy(steps, (step) => parents.get(step))
  const below = (parent: JourneyStep | undefined, depth: number): Line[] =>
    (children.get(parent) ?? []).flatMap((step) => [{ step, depth }, ...below(step, depth + 1)])
  return below(undefined, 0)
}

const sentences: Readonly<Record<StepKind, (step: JourneyStep) => string>> = {
  message: ({ type, source }) => `${nameOf(type)} from ${source ?? 'elsewhere'}`,
  postponed: ({ endpoint }) => `${endpoint} asked to have it again later`,
  retry: ({ endpoint, error }) => `${endpoint} will try again: ${reason(error)}`,
  'dead-letter': ({ endpoint, error }) => `${endpoint} gave up after ${tries(error?.attempts ?? 1)}: ${reason(error)}`,
  replay: ({ endpoint }) => `sent back to ${endpoint} by a person`,
}

/** `petrel failures` shows an error whole. */
const cut = (text: string) => (text.length > 100 ? `${text.slice(0, 99)}…` : text)
const nameOf = (type = '(unknown message)') => type.slice(type.lastIndexOf('.') + 1)
const tries = (count: number) => (count === 1 ? '1 try' : `${count} tries`)
const reason = (error: JourneyStep['error']) =>
  error === undefined ? 'it does not say why' : `${error.type}: ${error.message.split('\n', 1)[0]}`
