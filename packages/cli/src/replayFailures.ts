import { hostname, userInfo } from 'node:os'
import { replay, type ReplayReport } from '@petrel/messaging/operations'
import { requireEndpoint } from './endpoints.ts'
import type { Setting } from './setting.ts'

interface Options {
  readonly id?: readonly string[]
  readonly json?: true
}

/** `petrel replay`: sends failed messages back. @returns whether there was something to send, and all that was asked for could be */
export async function replayFailures(setting: Setting, endpoint: string, { id: ids, json }: Options): Promise<boolean> {
  const { addresses, broker, out, err } = setting
  const { prefix } = addresses
  await requireEndpoint({ admin: broker.admin, prefix }, endpoint)
  const report = await replay(
    {
      endpoint,
      by: `${userInfo().username}@${hostname()}`,
      ...(ids !== undefined && { ids }),
      onProgress: (done, total) => err.progress(`${done} of ${total}`),
    },
    { broker, prefix },
  )
  err.progress('')
  if (json) out.json(report)
  else for (const text of sentences(endpoint, report)) out.line(text)
  return report.replayed > 0 && report.already.length === 0 && report.unknown.length === 0
}

/** What a replay did, in words. */
export function sentences(endpoint: string, { replayed, already, unknown }: ReplayReport): string[] {
  return [
    replayed > 0
      ? `Sent ${messages(replayed)} back to ${endpoint}.`
      : `Sent nothing back to ${endpoint}: no message that was asked for waits there.`,
    ...already.map((id) => `${id} was sent back before, and has not failed since.`),
    ...unknown.map((id) => `${id} never failed at ${endpoint}. petrel failures --endpoint ${endpoint} shows the ids.`),
  ]
}

const messages = (count: number): string => `${count} ${count === 1 ? 'message' : 'messages'}`
