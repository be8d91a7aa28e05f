import { groupFailures, listFailures, replay, type ReplayReport, type Selection } from '@petrel/messaging/operations'
import type { CommandContext } from './commandContext.ts'
import { requireEndpoint } from './endpoints.ts'
import { operator } from './operator.ts'
import { Problem } from './problem.ts'
import { selectionOf, type SelectionOptions, selectionSentences } from './selectionOptions.ts'
import { groupNamed } from './shownFailures.ts'

interface Options extends SelectionOptions {
  /** The beginning of a group's id. */
  readonly group?: string
  readonly json?: true
}

/** `petrel replay`: sends failed messages back. @returns whether there was something to send, and all that was asked for was sent */
export async function replayFailures(context: CommandContext, name: string | undefined, options: Options): Promise<boolean> {
  const { addresses, broker, out, err } = context
  const { prefix } = addresses
  const { endpoint, ...selection } = await wantedOf(context, name, options)
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
  endpoint: string | undefined,
  options: Options,
): Promise<{ endpoint: string } & Selection> {
  const infrastructure = { admin: broker.admin, prefix }
  if (endpoint !== undefined) await requireEndpoint(infrastructure, endpoint)
  if (options.group === undefined) return { endpoint: endpointOr(endpoint), ...selectionOf(options) }
  const group = groupNamed(groupFailures(await listFailures(infrastructure, endpoint)), options.group)
  return { endpoint: group.endpoint, ids: group.failures.map(({ id }) => id) }
}

/** @throws Problem when neither an endpoint nor a group was named */
export function endpointOr(endpoint: string | undefined): string {
  if (endpoint !== undefined) return endpoint
  throw new Problem('Whose messages? For example: petrel replay sales, or petrel replay --group 3f2a9c10')
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
