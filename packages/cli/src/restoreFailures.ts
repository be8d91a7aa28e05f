import { restore, type RestoreReport } from '@petrel/messaging/operations'
import type { CommandContext } from './commandContext.ts'
import { requireEndpoint } from './endpoints.ts'
import { operator } from './operator.ts'
import { selectionOf, type SelectionOptions, sharedSentences, unknownSentences } from './selectionOptions.ts'

interface Options extends SelectionOptions {
  readonly reason?: string
  readonly json?: true
}

/** `petrel restore`: what was discarded waits again. @returns whether there was something, and all that was asked for was restored */
export async function restoreFailures(context: CommandContext, endpoint: string, options: Options): Promise<boolean> {
  const { addresses, broker, out } = context
  const { prefix } = addresses
  const reason = options.reason?.trim()
  await requireEndpoint({ admin: broker.admin, prefix }, endpoint)
  const request = { endpoint, by: operator(context.env), ...(reason && { reason }), ...selectionOf(options) }
  const report = await restore(request, { broker, prefix })
  if (options.json) out.json(report)
  else for (const text of restoreSentences(endpoint, report)) out.line(text)
  const { waiting, replayed, unknown } = report
  return report.count > 0 && [waiting, replayed, unknown].every(({ length }) => length === 0)
}

/** What was restored, in words. */
export function restoreSentences(endpoint: string, report: RestoreReport): string[] {
  const { count, waiting, replayed, unknown, shared } = report
  return [
    count > 0
      ? `${count} ${count === 1 ? 'message' : 'messages'} of ${endpoint} ${count === 1 ? 'waits' : 'wait'} again. petrel failures shows ${count === 1 ? 'it' : 'them'}.`
      : `Restored nothing of ${endpoint}: no message that was asked for is discarded there.`,
    ...sharedSentences(shared),
    ...waiting.map((id) => `${id} waits already.`),
    ...replayed.map((id) => `${id} was sent back, and has not failed since.`),
    ...unknownSentences(endpoint, unknown),
  ]
}
