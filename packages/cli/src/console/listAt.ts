import type { z } from 'zod'
import { groupNamed } from '../shownFailures.ts'
import type { ConsoleApi } from './consoleApi.ts'
import { Failures, type Group, Groups } from './schemas.ts'

/** Whose failures are meant. */
export interface Wanted {
  readonly endpoint?: string | undefined
  /** A group's whole id. */
  readonly group?: string | undefined
  /** What a failure must have in it. */
  readonly q?: string | undefined
}

type ListedFailure = z.infer<typeof Failures>['items'][number]

/** The groups that wait at a console. */
export const waitingGroups = async (api: ConsoleApi, endpoint?: string): Promise<z.infer<typeof Group>[]> =>
  (await api.get(Groups, '/api/groups', { by: 'error', state: 'unresolved', endpoint })).items

/** A group that waits. @param id how its id begins @throws Problem when there is none, or more than one */
export const waitingGroup = async (api: ConsoleApi, id: string, endpoint?: string): Promise<z.infer<typeof Group>> =>
  groupNamed(await waitingGroups(api, endpoint), id)

/** All that waits, the oldest first. */
export async function waitingFailures(api: ConsoleApi, wanted: Wanted): Promise<ListedFailure[]> {
  const found: ListedFailure[] = []
  let cursor: string | undefined
  do {
    const query = { state: 'unresolved', sort: 'firstFailedAt', limit: '200', ...wanted, cursor }
    const page = await api.get(Failures, '/api/failures', query)
    found.push(...page.items)
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  return found
}
