import type { z } from 'zod'
import type { ProjectContext } from '../commandContext.ts'
import { paint } from '../screen.ts'
import { showCandidates } from '../showOrder.ts'
import { timeline, type TimelineStep } from '../timeline.ts'
import type { ConsoleApi } from './consoleApi.ts'
import { Conversation, Conversations } from './schemas.ts'

interface Options {
  readonly json?: true
}

/**
 * `petrel order --console`: what became of one order, also how long each handler took and who has not tried yet.
 * @param id any id or key in it, or the beginning of one
 * @returns whether one order was found
 */
export async function showOrderAt(
  api: ConsoleApi,
  { out }: Pick<ProjectContext, 'out'>,
  id: string,
  { json }: Options,
): Promise<boolean> {
  const { items } = await api.get(Conversations, '/api/conversations', { q: id })
  const [found, ...others] = items
  if (found === undefined) out.line(`The console knows no conversation with ${id}, as an id or a key.`)
  else if (others.length > 0)
    showCandidates(
      items.map(({ key, conversationId, lastAt }) => ({ key: key ?? conversationId, lastAt })),
      id,
      out,
    )
  if (found === undefined || others.length > 0) return false
  const address = `/api/conversations/${encodeURIComponent(found.conversationId)}`
  const conversation = await api.get(Conversation, address, { key: found.key ?? undefined })
  const steps = stepsOf(conversation)
  if (json) out.json(conversation)
  else {
    for (const { endpoint, type } of waitingForPerson(conversation))
      out.line(paint('red', `${type ?? 'A message'} waits for you at ${endpoint}.`))
    for (const parts of timeline(found.key ?? id, steps)) out.line(...parts)
  }
  return true
}

type Conversation = z.infer<typeof Conversation>
type Message = Conversation['messages'][number]
type Handled = Message['handled'][number]

/** What the console has heard, as steps; in the order of time. */
function stepsOf({ conversationId, traceId, messages }: Conversation): TimelineStep[] {
  return messages
    .flatMap((message): TimelineStep[] => {
      const common = {
        id: message.id,
        message: `${message.from} ${message.id}`,
        type: message.type ?? undefined,
        messageKind: message.kind ?? undefined,
        source: message.from,
        conversationId,
        traceId: traceId ?? undefined,
        causationId: message.causationId ?? undefined,
        topic: message.topic,
        endpoint: undefined,
        error: undefined,
      }
      const at = Date.parse(message.sentAt)
      return [
        { ...common, kind: 'message', at },
        ...message.handled.filter(isKnown).map((handled) => ({ ...common, ...stepOf(handled) })),
        ...message.waiting.map((endpoint) => ({ ...common, kind: 'waiting' as const, at, endpoint })),
      ]
    })
    .toSorted((one, other) => one.at - other.at)
}

/** Of an outcome that only a later version knows nothing can be said. */
type Known = Handled & { readonly outcome: Exclude<Handled['outcome'], 'unknown'> }
const isKnown = (handled: Handled): handled is Known => handled.outcome !== 'unknown'

const kinds: Readonly<Record<Known['outcome'], TimelineStep['kind']>> = {
  handled: 'handled',
  duplicate: 'handled',
  retried: 'retry',
  postponed: 'postponed',
  deadLettered: 'dead-letter',
}

const stepOf = ({ endpoint, outcome, attempt, startedAt, durationUs, errorType }: Known) => ({
  kind: kinds[outcome],
  endpoint,
  // When it began: what it says comes below it.
  at: Date.parse(startedAt),
  durationUs,
  error: errorType === null ? undefined : { type: errorType, message: '', attempts: attempt },
})

/** Whose last word about a message was that it gave up. */
const waitingForPerson = ({ messages }: Conversation) =>
  messages.flatMap(({ type, handled }) =>
    [...Map.groupBy(handled, ({ endpoint }) => endpoint)]
      .filter(([, deliveries]) => deliveries.at(-1)?.outcome === 'deadLettered')
      .map(([endpoint]) => ({ endpoint, type })),
  )
