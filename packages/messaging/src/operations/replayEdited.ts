import type { OutgoingRecord, RecordHeaders } from '../broker/port.ts'
import { ce, failure, headerText } from '../headers.ts'
import { placeOf } from './deadLetters.ts'
import type { Infrastructure } from './infrastructure.ts'
import { type LetterToReplay, markLetters, type RefusedLetter } from './replayLetters.ts'
import { publishTaken } from './publishTaken.ts'
import { whatToDo } from './replay.ts'
import { replayRecord } from './replayRecord.ts'
import { type ReplayTopics, replayTopics } from './replayTopics.ts'

/** What a person has made of a message. */
export interface EditedMessage {
  /** The new message's id: it is another message than the one that failed, to inboxes as well. */
  readonly id: string
  readonly key: Buffer | null
  readonly value: Buffer | null
  /** Those that it has beside CloudEvents' and Petrel's: all of them. */
  readonly headers: RecordHeaders
}

export interface LetterToEdit extends LetterToReplay {
  readonly edited: EditedMessage
}

export interface ReplayEditedRequest {
  readonly endpoint: string
  readonly letters: readonly LetterToEdit[]
  /** Who asks; kept with the mark. */
  readonly by: string
  /** When; it is when the new message was sent, and is kept with the mark. ISO 8601. */
  readonly at: string
}

/** Why the mark of a letter says that it is discarded. */
export const editedAs = (id: string): string => `Edited as ${id}`

/**
 * Sends edited messages to the endpoint alone, each in the place of a dead letter, which is marked as discarded. What came of an
 * edited message the endpoint says with the dead letter's place, as it does after a replay. When it is interrupted in between, the
 * next try sends a second copy with the same id, which the endpoint's inbox drops.
 * @returns those that could not be sent, and still wait
 * @throws NotDeployed when the endpoint's topics are missing
 * @throws BrokerUnavailable; each may have been sent or not
 */
export async function replayEdited(
  { endpoint, letters, by, at }: ReplayEditedRequest,
  { broker, prefix }: Pick<Infrastructure, 'broker' | 'prefix'>,
): Promise<RefusedLetter[]> {
  const topics = await replayTopics(endpoint, { admin: broker.admin, prefix })
  const made = await Promise.all(letters.map(async (letter) => ({ letter, record: await editedRecord(letter, at, topics) })))
  const ready = made.flatMap(({ letter, record }) => (record === undefined ? [] : [{ letter, record }]))
  const refusals = await publishTaken(
    broker,
    ready.map(({ record }) => record),
  )
  for (const { letter, record } of ready)
    if (!refusals.has(record)) {
      const mark = { outcome: 'discarded', by, at, reason: editedAs(letter.edited.id) } as const
      await markLetters({ endpoint, letters: [letter], mark }, { broker, prefix })
    }
  return made.flatMap(({ letter, record }) => {
    const place = placeOf(letter.record)
    if (record === undefined)
      return [{ place, reason: 'It goes to the topic that refused it, and not to the endpoint: replay or discard it.' }]
    const refusal = refusals.get(record)
    return refusal === undefined ? [] : [{ place, reason: whatToDo(refusal) }]
  })
}

/** @returns undefined for a message that the endpoint itself had produced: it does not handle it */
async function editedRecord(
  { record: letter, positions, edited }: LetterToEdit,
  at: string,
  topics: ReplayTopics,
): Promise<OutgoingRecord | undefined> {
  if (headerText(letter.headers, failure.refusedBy) !== undefined) return undefined
  // Its own body is not needed, so it does not matter whether it was left out.
  const whole = { ...letter, value: edited.value, headers: { ...letter.headers, [failure.bodySha256]: undefined } }
  const made = await replayRecord(whole, positions.at(-1) ?? placeOf(letter), topics)
  if ('problem' in made) return undefined
  const bus = Object.fromEntries(Object.entries(made.record.headers).filter(([name]) => isOfTheBus(name)))
  return {
    ...made.record,
    key: edited.key,
    headers: { ...edited.headers, ...bus, [ce.id]: edited.id, [ce.time]: at },
  }
}

/** Whether a header is CloudEvents' or Petrel's: nobody changes it by hand. */
export const isOfTheBus = (name: string): boolean => busHeaders.has(name)
const busHeaders = new Set<string>([...Object.values(ce), ...Object.values(failure)])
