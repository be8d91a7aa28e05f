import { setTimeout as pause } from 'node:timers/promises'
import type { ProjectContext } from '../commandContext.ts'
import type { SelectionOptions, Whose } from '../selectionOptions.ts'
import type { ConsoleApi } from './consoleApi.ts'
import { waitingFailures, waitingGroup } from './listAt.ts'
import { Replay, Staged } from './schemas.ts'

interface Options extends SelectionOptions {
  readonly json?: true
}

const lookEveryMs = 250

/** `petrel replay --console`: has a console send failed messages back. @returns whether there was something to send, and all of it was sent */
export async function replayFailuresAt(
  api: ConsoleApi,
  { out, err }: Pick<ProjectContext, 'out' | 'err'>,
  whose: Whose,
  options: Options,
): Promise<boolean> {
  const selection = await selectionAt(api, whose, options)
  if (selection === undefined) return nothingToSend(out)
  const { replayId, total, leftOut } = await api.post(Staged, '/api/replays', selection)
  let replay = await api.get(Replay, `/api/replays/${replayId}`)
  while (replay.state === 'running') {
    err.progress(`${replay.sent} of ${total}`)
    await pause(lookEveryMs)
    replay = await api.get(Replay, `/api/replays/${replayId}`)
  }
  err.progress('')
  if (options.json) out.json({ replayId, ...replay, leftOut })
  else for (const text of sentences(replay, leftOut)) out.line(text)
  return replay.sent > 0 && replay.unsendable.length === 0
}

/** As the API takes it; undefined when none of the ids waits. */
async function selectionAt(api: ConsoleApi, { endpoint, group }: Whose, { id, source }: Options) {
  if (group !== undefined) return { group: (await waitingGroup(api, group, endpoint)).id, by: 'error' }
  const filter = { endpoint, state: 'unresolved' }
  if (id === undefined && source === undefined) return { filter }
  const isMeant = (failure: { readonly id: string; readonly source: string }) =>
    (id === undefined || id.includes(failure.id)) && (source === undefined || failure.source === source)
  const ids = (await waitingFailures(api, { endpoint })).filter(isMeant).map(({ failureId }) => failureId)
  return ids.length === 0 ? undefined : { ids }
}

function nothingToSend(out: ProjectContext['out']): false {
  out.line('Sent nothing back: no message that was asked for waits there.')
  return false
}

function sentences(
  { sent, state, unsendable }: ReplayOutcome,
  { stubborn, foreign }: { stubborn: number; foreign: number },
): string[] {
  return [
    `Sent ${sent} ${sent === 1 ? 'message' : 'messages'} back.`,
    ...(state === 'cancelled' ? ['Somebody has cancelled it before it was done.'] : []),
    ...(stubborn > 0
      ? [`${stubborn} failed again after three replays and were left out: send them by --id, or on the page.`]
      : []),
    ...(foreign > 0 ? [`${foreign} are not of Petrel and would be heard by every subscriber: send them on the page.`] : []),
    ...unsendable.map(({ id, reason }) => `${id} cannot be sent and still waits. ${reason}`),
  ]
}

type ReplayOutcome = (typeof Replay)['_output']
