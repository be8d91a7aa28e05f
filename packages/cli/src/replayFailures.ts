import { replay, type ReplayReport } from '@petrel/messaging/operations'
import type { CommandContext } from './commandContext.ts'
import { requireEndpoint } from './endpoints.ts'
import { operator } from './operator.ts'
import { selectionOf, type SelectionOptions, selectionSentences } from './selectionOptions.ts'

interface Options extends SelectionOptions {
  readonly json?: true
}

/** `petrel replay`: sends failed messages back. @returns whether there was something to send, and all that was asked for was sent */
export async function replayFailures(context: CommandContext, endpoint: string, options: Options): Promise<boolean> {
  const { addresses, broker, out, err } = context
  const { prefix } = addresses
  await requireEndpoint({ admin: broker.admin, prefix }, endpoint)
  const onProgress = (done: number, total: number) => err.progress(`${done} of ${total}`)
  const report = await replay({ endpoint, by: operator(context.env), ...selectionOf(options), onProgress }, { broker, prefix })
  err.progress('')
  if (options.json) out.json(report)
  else for (const text of replaySentences(endpoint, report)) out.line(text)
  const { already, discarded, unknown, unsendable } = report
  return report.replayed > 0 && [already, discarded, unknown, unsendable].every(({ length }) => length === 0)
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
