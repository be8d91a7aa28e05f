import type { OutgoingRecord } from '../broker/port.ts'
import { sizeOf } from '../broker/size.ts'
import { type DeadLetter, placeOf } from './deadLetters.ts'
import { recordsAt } from './recordsAt.ts'
import { replayRecord } from './replayRecord.ts'
import type { ReplayTopics } from './replayTopics.ts'

/** A message that cannot be sent back, why, and what a person can do. */
export interface Unsendable {
  readonly id: string
  readonly source: string
  readonly reason: string
}

export const unsendable = ({ identity: { formerId, source } }: DeadLetter, reason: string): Unsendable => ({
  id: formerId,
  source,
  reason,
})

/** Dead letters that are sent together. */
export interface ReplayStep {
  readonly ready: { readonly letter: DeadLetter; readonly record: OutgoingRecord }[]
  readonly problems: Unsendable[]
}

const most = { records: 100, bytes: 4 * 1024 * 1024 }

/** Reads the dead letters' bodies again, a step at a time: all of them may be more than the memory. */
export async function* replaySteps(letters: readonly DeadLetter[], topics: ReplayTopics): AsyncIterable<ReplayStep> {
  const waiting = new Map(letters.map((letter) => [placeOf(letter.latest), letter]))
  const positions = letters.map(({ latest }) => latest)
  let step = emptyStep()
  for await (const record of recordsAt(topics.dlt, positions, topics.admin)) {
    const letter = waiting.get(placeOf(record))
    if (letter === undefined) continue
    waiting.delete(placeOf(record))
    const made = await replayRecord(record, letter.position, topics)
    if ('problem' in made) step.problems.push(unsendable(letter, made.problem))
    else step.ready.push({ letter, record: made.record })
    if (!isFull(step)) continue
    yield step
    step = emptyStep()
  }
  for (const letter of waiting.values()) step.problems.push(unsendable(letter, `It is no longer in ${topics.dlt}.`))
  if (step.ready.length + step.problems.length > 0) yield step
}

const emptyStep = (): ReplayStep => ({ ready: [], problems: [] })

function isFull({ ready, problems }: ReplayStep): boolean {
  const bytes = ready.reduce((sum, { record }) => sum + sizeOf(record), 0)
  return ready.length + problems.length >= most.records || bytes >= most.bytes
}
