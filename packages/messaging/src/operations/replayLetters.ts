import type { BrokerRecord } from '../broker/port.ts'
import type { MessageIdentity } from '../identity.ts'
import { replayedTopic } from '../naming.ts'
import { placeOf } from './deadLetters.ts'
import type { Infrastructure } from './infrastructure.ts'
import { type Mark, markRecord } from './marks.ts'
import { publishTaken } from './publishTaken.ts'
import { whatToDo } from './replay.ts'
import { replayRecord } from './replayRecord.ts'
import { replayTopics } from './replayTopics.ts'

// For whoever keeps dead letters somewhere else, and knows which are open: nothing is read from their topics.

/** A message that waits for a person, by the dead letters that a decision about it is about. */
export interface MarkedLetter {
  readonly identity: MessageIdentity
  /** Its failings that are open, each named by the place of its first copy. */
  readonly positions: readonly string[]
}

export interface LetterToReplay extends MarkedLetter {
  /** Its newest dead letter: as it was read, or rebuilt from a copy with the same place. */
  readonly record: BrokerRecord
}

export interface ReplayLettersRequest {
  readonly endpoint: string
  /** Some hundreds: they go together. */
  readonly letters: readonly LetterToReplay[]
  /** Who asks; kept with the mark. */
  readonly by: string
  /** When; kept with the mark. ISO 8601. Default: now. */
  readonly at?: string
}

/** A letter that cannot be sent back, why, and what a person can do. */
export interface RefusedLetter {
  /** Of its record: `<topic>/<partition>/<offset>`. */
  readonly place: string
  readonly reason: string
}

/**
 * Sends these dead letters back, as `replay` does, and marks them. When it is interrupted in between, the next try sends a second
 * copy, which the endpoint's inbox drops.
 * @returns those that could not be sent, and still wait
 * @throws NotDeployed when the endpoint's topics are missing
 * @throws BrokerUnavailable; each may have been sent or not
 */
export async function replayLetters(
  { endpoint, letters, by, at = new Date().toISOString() }: ReplayLettersRequest,
  { broker, prefix }: Pick<Infrastructure, 'broker' | 'prefix'>,
): Promise<RefusedLetter[]> {
  const topics = await replayTopics(endpoint, { admin: broker.admin, prefix })
  const made = await Promise.all(
    letters.map(async (letter) => ({
      letter,
      ...(await replayRecord(letter.record, letter.positions.at(-1) ?? placeOf(letter.record), topics)),
    })),
  )
  const ready = made.filter((each) => 'record' in each)
  const refusals = await publishTaken(
    broker,
    ready.map(({ record }) => record),
  )
  const sent = ready.filter(({ record }) => !refusals.has(record)).map(({ letter }) => letter)
  await markLetters({ endpoint, letters: sent, mark: { outcome: 'replayed', by, at } }, { broker, prefix })
  return made.flatMap((each) => {
    const place = placeOf(each.letter.record)
    if ('problem' in each) return [{ place, reason: each.problem }]
    const refusal = refusals.get(each.record)
    return refusal === undefined ? [] : [{ place, reason: whatToDo(refusal) }]
  })
}

export interface MarkLettersRequest {
  readonly endpoint: string
  readonly letters: readonly MarkedLetter[]
  /** What was decided about all of them. */
  readonly mark: Mark
}

/** Writes a decision about these dead letters down, as `discard` does. @throws BrokerUnavailable; do it again */
export async function markLetters(
  { endpoint, letters, mark }: MarkLettersRequest,
  { broker, prefix }: Pick<Infrastructure, 'broker' | 'prefix'>,
): Promise<void> {
  const topic = prefix + replayedTopic(endpoint)
  await broker.publish(
    letters.flatMap(({ identity, positions }) => positions.map((position) => markRecord(topic, { identity, position }, mark))),
  )
}
