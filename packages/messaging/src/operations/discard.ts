import { isSettled, markRecords, readDeadLetters } from './deadLetters.ts'
import type { Infrastructure } from './infrastructure.ts'
import { replayTopics } from './replayTopics.ts'
import { select, type Selected, type Selection } from './selection.ts'

export interface DiscardRequest extends Selection {
  readonly endpoint: string
  /** Why it shall not be handled; kept with the mark. */
  readonly reason: string
  /** Who decides; kept with the mark. */
  readonly by: string
}

export interface DiscardReport extends Selected {
  /** How many this call discarded. */
  readonly count: number
}

/**
 * Marks dead letters as discarded: they no longer wait for a person, and no replay sends them. They stay in the dead letter
 * topic, and the reason, who and when stay in the marks.
 * @throws NotDeployed when the endpoint's topics are missing
 * @throws BrokerUnavailable; call it again
 */
export async function discard(
  { endpoint, reason, by, ...selection }: DiscardRequest,
  { broker, prefix }: Pick<Infrastructure, 'broker' | 'prefix'>,
): Promise<DiscardReport> {
  const topics = await replayTopics(endpoint, { admin: broker.admin, prefix })
  const { marks, ...letters } = await readDeadLetters(endpoint, { admin: broker.admin, prefix })
  const { wanted, ...selected } = select(letters, selection)
  await marks.readNew()
  const open = wanted.filter((letter) => !isSettled(letter, marks))
  const mark = { outcome: 'discarded', by, at: new Date().toISOString(), reason } as const
  await broker.publish(open.flatMap((letter) => markRecords(topics.marks, letter, mark)))
  return { ...selected, count: open.length }
}
