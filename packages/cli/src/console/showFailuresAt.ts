import type { ProjectContext } from '../commandContext.ts'
import { groupNamed, showWaiting } from '../shownFailures.ts'
import type { ConsoleApi } from './consoleApi.ts'
import { waitingFailures, waitingGroups } from './listAt.ts'

interface Options {
  readonly endpoint?: string
  readonly group?: string
  readonly json?: true
}

/** `petrel failures --console`: what waits for a person, as a console has it; also dead letters of others. */
export async function showFailuresAt(api: ConsoleApi, { out }: Pick<ProjectContext, 'out'>, options: Options): Promise<true> {
  const { endpoint, group } = options
  const all = await waitingGroups(api, endpoint)
  const groups = group === undefined ? all : [groupNamed(all, group)]
  const isOneByOne = endpoint !== undefined || group !== undefined
  const failures = isOneByOne ? await waitingFailures(api, { endpoint, group: group && groups[0]?.id }) : undefined
  if (options.json) out.json(failures === undefined ? groups : groups.map((each) => ({ ...each, failures })))
  else showWaiting({ groups, failures }, out)
  return true
}
