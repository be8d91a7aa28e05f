import { groupFailures, listFailures, replay, type ReplayReport, type Selection } from '@petrel/messaging/operations'
import type { CommandContext } from './commandContext.ts'
import { requireEndpoint } from './endpoints.ts'
import { operator } from './operator.ts'
import { selectionOf, type SelectionOptions, selectionSentences, type Whose } from './selectionOptions.ts'
import { groupNamed } from './shownFailures.ts'

interface Options extends SelectionOptions {
  readonly json?: true
}

/** `petrel replay`: sends failed messages back. @returns whether there was something to send, and all that was asked for was sent */
export async function replayFailures(context: CommandContext, whose: Whose, options: Options): Promise<boolean> {
  const { addresses, broker, out, err } = context
  const { prefix } = addresses
  const { endpoint, ...selection } = await wantedOf(context, whose, options)
  const onProgress = (done: number, total: number) => err.progress(`${done} of ${total}`)
  const report = await replay({ endpoint, by: operator(context.env), ...selection, onProgress }, { broker, prefix })
  err.progress('')
  if (options.json) out.json(report)
  else for (const text of replaySentences(endpoint, report)) out.line(text)
  const { already, discarded, unknown, unsendable } = report
  return report.replayed > 0 && [already, discarded, unknown, unsendable].every(({ length }) => length === 0)
}

/** @throws Problem when Kafka knows no such endpoint, or no such group */
async function wantedOf(
  { broker, addresses: { prefix } }: CommandContext,
  whose: Whose,
  options: Options,
): Promise<{ endpoint: string } & Selection> {
  const infrastructure = { admin: broker.admin, prefix }
  if (whose.endpoint !== undefined) await requireEndpoint(infrastructure, whose.endpoint)
  if (whose.group === undefined) return { endpoint: whose.endpoint, ...selectionOf(options) }
  const group = groupNamed(groupFailures(await listFailures(infrastructure, whose.endpoint)), whose.group)
  return { endpoint: group.endpoint, ids: group.failures.map(({ id }) => id) }
}

/** What a replay did, in words. */
export function replaySentences(endpoint: string, report: ReplayReport): string[] {
  const { replayed, unsendable } = report
  return [
    replayed > 0 ? `Sent ${messages(replayed)} back to ${endpoint}.` : nothingSent(endpoint, report),
    ...selectionSentences(endpoint, report),
    ...unsendable.map(({ id, source, reason }) => `${id} from ${source} cannot be sent and still waits. ${reason}`),
  ]
}

const nothingSent = (endpoint: string, { unsendable }: ReplayReport) =>
  unsendable.length > 0
    ? `Sent nothing back to ${endpoint}.`
    : `Sent nothing back to ${endpoint}: no message that was asked for waits there.`

const messages = (count: number): string => `${count} ${count === 1 ? 'message' : 'messages'}`
