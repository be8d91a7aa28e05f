import type { JourneyStep, StepKind } from '@petrel/messaging/operations'
import { paint, type Style, type Text } from './screen.ts'
import { instant, span } from './time.ts'

/** A step of a journey; or what only a console knows, since it heard it from the endpoint. */
export interface TimelineStep extends Omit<JourneyStep, 'kind' | 'partition' | 'offset' | 'handler' | 'durationUs'> {
  readonly kind: StepKind | 'waiting'
  /** Undefined where nobody says where exactly it lies. */
  readonly partition?: number
  readonly offset?: string
  /** How long its handler took, in microseconds. */
  readonly durationUs?: number | undefined
}

interface Line {
  readonly step: TimelineStep
  readonly depth: number
}

/** A journey as lines: what led to what is indented, with the time since the first record, and where each record is. */
export function timeline(key: string, steps: readonly TimelineStep[]): Text[][] {
  const [first] = steps
  if (first === undefined) return []
  const idle = idleTimeouts(steps)
  const lines = tree(steps).map(({ step, depth }) => ({
    style: idle.has(step) ? ('dim' as const) : colours[step.kind],
    time: step.at === first.at ? '0 ms' : `+${span(step.at - first.at)}`,
    text: cut('  '.repeat(depth) + sentences[step.kind](step) + (idle.has(step) && isRecord(step) ? ' led to no message' : '')),
    place: placeOf(step),
  }))
  const timeWidth = Math.max(...lines.map(({ time }) => time.length))
  const textWidth = Math.max(...lines.map(({ text }) => text.length))
  return [
    [key, ...heading(first, steps, idle)],
    ...lines.map(({ style, time, text, place }) => [
      paint('dim', `${time.padStart(timeWidth)}  `),
      paint(style, text.padEnd(textWidth)),
      paint('dim', `  ${place}`),
    ]),
  ]
}

const placeOf = ({ topic, partition, offset }: TimelineStep) => (offset === undefined ? topic : `${topic}/${partition}/${offset}`)

const isRecord = ({ kind }: TimelineStep) => kind !== 'handled' && kind !== 'waiting'

/** How long the order took: without the timeouts that only looked whether something was to be done. */
function heading(first: TimelineStep, steps: readonly TimelineStep[], idle: ReadonlySet<TimelineStep>): Text[] {
  const active = steps.filter((step) => !idle.has(step) && isRecord(step))
  const lasted = span((active.at(-1) ?? first).at - first.at)
  const timeouts = [...idle].filter((step) => isRecord(step)).length
  const waited = timeouts === 0 ? '' : `, and ${count(timeouts, 'timeout')} that led to no message`
  const began = instant(first.at)
  return [
    `  ${count(active.length, 'record')} in ${lasted}${waited}`,
    paint('dim', `  ${began}, conversation ${first.conversationId}${traces(steps)}`),
  ]
}

/** One, unless a part of it was sent again by somebody who did not pass it on. */
function traces(steps: readonly TimelineStep[]): string {
  const ids = new Set(steps.flatMap(({ traceId }) => traceId ?? []))
  return ids.size === 0 ? '' : `, trace ${[...ids].join(' and ')}`
}

/** Timeouts that were due and that nothing followed, no message and no failure; and that they were handled. */
function idleTimeouts(steps: readonly TimelineStep[]): Set<TimelineStep> {
  const causes = new Set(steps.filter((step) => isRecord(step)).map(({ causationId }) => causationId))
  const troubled = new Set(steps.filter((step) => step.kind !== 'message' && isRecord(step)).map(({ message }) => message))
  const isIdle = ({ messageKind, id, message }: TimelineStep) =>
    messageKind === 'timeout' && !causes.has(id) && !troubled.has(message)
  return new Set(steps.filter(isIdle))
}

const colours: Readonly<Record<TimelineStep['kind'], Style>> = {
  handled: 'green',
  waiting: 'yellow',
  message: 'reset',
  postponed: 'yellow',
  retry: 'yellow',
  'dead-letter': 'red',
  replay: 'cyan',
}

/** Every step below the message that led to it, and a message's failures and copies below itself; siblings by time. */
function tree(steps: readonly TimelineStep[]): Line[] {
  const messages = new Map<string, TimelineStep>()
  const byId = new Map<string | undefined, TimelineStep>()
  const parents = new Map<TimelineStep, TimelineStep | undefined>()
  for (const step of steps) {
    parents.set(step, messages.get(step.message) ?? byId.get(step.causationId))
    if (step.kind !== 'message' || messages.has(step.message)) continue
    messages.set(step.message, step)
    // A cause is named by its id alone.
    if (!byId.has(step.id)) byId.set(step.id, step)
  }
  const children = Map.groupBy(steps, (step) => parents.get(step))
  const below = (parent: TimelineStep | undefined, depth: number): Line[] =>
    (children.get(parent) ?? []).flatMap((step) => [{ step, depth }, ...below(step, depth + 1)])
  return below(undefined, 0)
}

const sentences: Readonly<Record<TimelineStep['kind'], (step: TimelineStep) => string>> = {
  waiting: ({ endpoint }) => `${endpoint} has not tried it yet`,
  message: ({ type, source }) => `${nameOf(type)} from ${source ?? 'elsewhere'}`,
  handled: ({ endpoint, durationUs = 0 }) => `${endpoint} handled it in ${took(durationUs / 1_000)}`,
  postponed: ({ endpoint }) => `${endpoint} postponed it`,
  retry: ({ endpoint, error }) => `${endpoint} will try again: ${reason(error)}`,
  'dead-letter': ({ endpoint, error }) =>
    `${endpoint} gave up after ${count(error?.attempts ?? 1, 'try', 'tries')}: ${reason(error)}`,
  replay: ({ endpoint }) => `sent back to ${endpoint} by a person`,
}

/** Most handlers take less than some milliseconds. */
const took = (ms: number) => (ms < 10 ? `${Number(ms.toFixed(1))} ms` : span(ms))
/** `petrel failures` shows an error whole. */
const cut = (text: string) => (text.length > 100 ? `${text.slice(0, 99)}…` : text)
const nameOf = (type = '(unknown message)') => type.slice(type.lastIndexOf('.') + 1)
const count = (number: number, one: string, many = `${one}s`) => `${number} ${number === 1 ? one : many}`
function reason(error: TimelineStep['error']): string {
  if (error === undefined) return 'it does not say why'
  const [first = ''] = error.message.split('\n', 1)
  return first === '' ? error.type : `${error.type}: ${first}`
}
