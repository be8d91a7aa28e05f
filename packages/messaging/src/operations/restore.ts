import { markRecords, readDeadLetters } from './deadLetters.ts'
import type { Infrastructure } from './infrastructure.ts'
import { replayTopics } from './replayTopics.ts'
import { selectDiscarded, type SelectedDiscarded, type Selection } from './selection.ts'

export interface RestoreRequest extends Selection {
  readonly endpoint: string
  /** Who decides; kept with the mark. */
  readonly by: string
  /** Why; kept with the mark. */
  readonly reason?: string
}

export interface RestoreReport extends SelectedDiscarded {
  /** How many this call restored. */
  readonly count: number
}

/**
 * Takes `discard` back: the dead letters wait for a person again. Of two decisions about a letter the later one counts. The
 * topic of marks is compacted: so with the discard its reason goes, in time.
 * @throws NotDeployed when the endpoint's topics are missing
 * @throws BrokerUnavailable; call it again
 */
export async function restore(
  { endpoint, by, reason, ...selection }: RestoreRequest,
  { broker, prefix }: Pick<Infrastructure, 'broker' | 'prefix'>,
): Promise<RestoreReport> {
  const topics = await replayTopics(endpoint, { admin: broker.admin, prefix })
  const { marks, ...letters } = await readDeadLetters(endpoint, { admin: broker.admin, prefix })
  const { wanted, ...selected } = selectDiscarded(letters, selection)
  await marks.readNew()
  const isDiscarded = (identity: (typeof wanted)[number]['identity'], position: string) =>
    marks.of({ identity, position })?.outcome === 'discarded'
  const restored = wanted
    .map(({ identity, positions }) => ({ identity, positions: positions.filter((each) => isDiscarded(identity, each)) }))
    .filter(({ positions }) => positions.length > 0)
  const mark = { outcome: 'restored', by, at: new Date().toISOString(), ...(reason !== undefined && { reason }) } as const
  await broker.publish(restored.flatMap((letter) => markRecords(topics.marks, letter, mark)))
  return { ...selected, count: restored.length }
}
