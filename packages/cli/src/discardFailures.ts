import { discard, type DiscardReport } from '@petrel/messaging/operations'
import type { CommandContext } from './commandContext.ts'
import { requireEndpoint } from './endpoints.ts'
import { operator } from './operator.ts'
import { Problem } from './problem.ts'
import { selectionOf, type SelectionOptions, selectionSentences } from './selectionOptions.ts'

interface Options extends SelectionOptions {
  readonly reason: string
  readonly json?: true
}

/** `petrel discard`: what shall not be handled waits no longer. @returns whether there was something, and all that was asked for was discarded */
export async function discardFailures(context: CommandContext, endpoint: string, options: Options): Promise<boolean> {
  const { addresses, broker, out } = context
  const { prefix } = addresses
  const reason = options.reason.trim()
  if (reason === '') throw new Problem('Why shall these messages not be handled? Say it with --reason "…": it is kept with them.')
  await requireEndpoint({ admin: broker.admin, prefix }, endpoint)
  const report = await discard({ endpoint, by: operator(context.env), reason, ...selectionOf(options) }, { broker, prefix })
  if (options.json) out.json(report)
  else for (const text of discardSentences(endpoint, report)) out.line(text)
  const { already, discarded, unknown } = report
  return report.count > 0 && [already, discarded, unknown].every(({ length }) => length === 0)
}

/** What was discarded, in words. */
export function discardSentences(endpoint: string, report: DiscardReport): string[] {
  const { count } = report
  return [
    count > 0
      ? `Discarded ${count} ${count === 1 ? 'message' : 'messages'} of ${endpoint}. petrel failures --all still shows ${count === 1 ? 'it' : 'them'}.`
      : `Discarded nothing of ${endpoint}: no message that was asked for waits there.`,
    ...selectionSentences(endpoint, report),
  ]
}
