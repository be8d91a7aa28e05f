import type { PoolClient } from 'pg'
import type { NewEvent } from '../events/event.ts'
import type { LetterNews } from './storeLetters.ts'

/** Of these groups, those with messages that wait for a person or are on their way back. */
export async function openGroups(tx: PoolClient, groupIds: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await tx.query<{ group_id: string }>(
    // One look into the index for each. Of `exists` PostgreSQL makes a join, for which it reads all failures.
    `select wanted as group_id from unnest($1::uuid[]) as wanted where (
       select true from failure where failure.group_id = wanted and state in ('unresolved', 'replayRequested') limit 1
     )`,
    [groupIds],
  )
  return new Set(rows.map(({ group_id }) => group_id))
}

/**
 * That messages began to fail in a way in which none was failing. What is read again is nothing new: its state is what it was.
 * @param before the groups that were open before these were written
 */
export async function newGroupEvents(
  tx: PoolClient,
  letters: readonly LetterNews[],
  before: ReadonlySet<string>,
): Promise<NewEvent[]> {
  const candidates = letters.filter(({ groupId }) => !before.has(groupId))
  if (candidates.length === 0) return []
  const { rows } = await tx.query<{ id: string }>(`select id from failure where id = any($1) and state = 'unresolved'`, [
    candidates.map(({ failureId }) => failureId),
  ])
  const unresolved = new Set(rows.map(({ id }) => id))
  const groups = Map.groupBy(
    candidates.filter(({ failureId }) => unresolved.has(failureId)),
    ({ groupId }) => groupId,
  )
  return [...groups].map(([groupId, own]) => newGroupEvent(groupId, earliest(own)))
}

const earliest = (letters: readonly LetterNews[]): LetterNews =>
  letters.reduce((one, other) => (other.failedAt < one.failedAt ? other : one))

const cannotBeRead = new Set(['Undecodable', 'UnknownSchema'])

function newGroupEvent(groupId: string, { endpoint, errorType, errorMessage, frame, failedAt, place }: LetterNews): NewEvent {
  const [line = ''] = errorMessage.split('\n', 1)
  return {
    // Of a record that does not say when it is the beginning of all times.
    at: failedAt || Date.now(),
    kind: cannotBeRead.has(errorType) ? 'undecodable' : 'failures-new',
    severity: 'fail',
    endpoint,
    text: `${endpoint}: ${errorType}: ${line.slice(0, 200)}${frame === null ? '' : ` (${frame})`}`,
    link: `/failures?by=error&group=${groupId}`,
    name: `failures-new:${groupId}:${place}`,
  }
}
