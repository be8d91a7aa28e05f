import type { StoryFailure } from './story.ts'

type Given = Readonly<Record<string, unknown>>
type Filter = Readonly<Record<string, string | undefined>>

/** What a selection means (section "selection" of the API): ids, a group, or a filter. */
export function selected(failures: readonly StoryFailure[], { ids, group, filter }: Given): StoryFailure[] {
  if (Array.isArray(ids)) return failures.filter(({ id }) => ids.includes(id))
  return filtered(failures, { ...(filter as Filter | undefined), ...(typeof group === 'string' && { group }) })
}

/** What a list is narrowed to. */
export function filtered(failures: readonly StoryFailure[], filter: Filter): StoryFailure[] {
  const { endpoint, type, errorType, state, from, to, group, q } = filter
  const states = state?.split(',')
  return failures.filter(
    (each) =>
      (states === undefined || states.includes(each.state)) &&
      (endpoint === undefined || each.endpoint === endpoint) &&
      (type === undefined || each.type === type) &&
      (errorType === undefined || each.errorType === errorType) &&
      (from === undefined || each.lastFailedAt >= from) &&
      (to === undefined || each.lastFailedAt < to) &&
      (group === undefined || isOf(each, group)) &&
      (q === undefined || says(each, q.toLowerCase())),
  )
}

const says = ({ key, errorMessage, errorType, messageId }: StoryFailure, text: string): boolean =>
  [key, errorMessage, errorType, messageId].some((each) => each?.toLowerCase().includes(text))

const isOf = (failure: StoryFailure, group: string): boolean =>
  ['error', 'type', 'endpoint', 'errorType'].some((by) => groupIdOf(failure, by) === group)

function groupIdOf({ groupId, type, endpoint, errorType }: StoryFailure, by: string): string {
  if (by === 'error') return groupId
  return `${by}:${by === 'type' ? (type ?? '') : by === 'endpoint' ? endpoint : errorType}`
}

/** The largest group first. */
export const groupsOf = (failures: readonly StoryFailure[], by: string) =>
  [...Map.groupBy(failures, (each) => groupIdOf(each, by))]
    .map(([id, members]) => groupOf(id, by, members))
    .toSorted((one, other) => other.count - one.count)

function groupOf(id: string, by: string, members: readonly StoryFailure[]) {
  const byTime = members.toSorted((one, other) => other.lastFailedAt.localeCompare(one.lastFailedAt))
  const newest = byTime[0] as StoryFailure
  const same = <K extends keyof StoryFailure>(name: K) =>
    members.every((each) => each[name] === newest[name]) ? newest[name] : null
  const count = (state: StoryFailure['state']) => members.filter((each) => each.state === state).length
  return {
    id,
    by,
    title: by === 'error' ? `${newest.errorType} at ${newest.frame}` : id.replace(`${by}:`, '') || 'without a type',
    errorType: same('errorType'),
    errorMessage: newest.errorMessage,
    frame: same('frame'),
    endpoint: same('endpoint'),
    handler: same('handler'),
    type: same('type'),
    count: members.length,
    states: {
      unresolved: count('unresolved'),
      replayRequested: count('replayRequested'),
      resolved: count('resolved'),
      archived: count('archived'),
    },
    firstFailedAt: members.map(({ firstFailedAt }) => firstFailedAt).toSorted()[0],
    lastFailedAt: newest.lastFailedAt,
    failedAgain: members.filter(({ replays, state }) => replays > 0 && state === 'unresolved').length,
  }
}
