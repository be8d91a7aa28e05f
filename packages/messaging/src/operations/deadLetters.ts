import type { BrokerAdmin, BrokerRecord, OutgoingRecord } from '../broker/port.ts'
import { type Envelope, openEnvelope } from '../engine/envelope.ts'
import { failure, headerText } from '../headers.ts'
import { dltTopic, replayedTopic } from '../naming.ts'
import type { Infrastructure } from './infrastructure.ts'

// How it is known which dead letters are still open.
//
// A dead letter topic only grows, so what a person has replayed is marked in a second topic, `<endpoint>.replayed`.
// A replay first appends the record to the replay topic, and then the mark: whoever dies in between leaves no mark, and
// the next replay makes a second copy with the same message id, which the endpoint's inbox drops. When both copies fail,
// both come back with a header that names the same dead letter, and count as one: a mark for one is a mark for the other,
// however late it comes.

/** Who replayed a dead letter, and when. */
export interface Mark {
  readonly messageId: string
  readonly by: string
  /** ISO 8601. */
  readonly at: string
}

/** One failing of a message: its copies in the topic come from redelivery, or from two replays at once. */
interface Failing {
  readonly messageId: string
  /** Names it in marks and in `petrel-replay-of`: where its first copy lies, `<topic>/<partition>/<offset>`. */
  readonly position: string
  /** The copy that came last. */
  readonly envelope: Envelope
  /** When the message failed first, before any replay. ISO 8601. */
  readonly firstFailedAt: string
}

/** A message that waits for a person. */
export interface DeadLetter extends Failing {
  /** All its failings without a mark; more than one when it was produced twice, or a replay died before the mark. */
  readonly positions: readonly string[]
}

/** An endpoint's dead letters, by message. */
export interface DeadLetters {
  readonly open: readonly DeadLetter[]
  /** Messages that were replayed and have not failed since, with the last mark if there is one. */
  readonly replayed: ReadonlyMap<string, Mark | undefined>
}

/** Reads what waits for a person at one endpoint. An endpoint that was never deployed has nothing waiting. */
export async function readDeadLetters(
  endpoint: string,
  { admin, prefix }: Pick<Infrastructure, 'admin' | 'prefix'>,
): Promise<DeadLetters> {
  const [dlt, marks] = [prefix + dltTopic(endpoint), prefix + replayedTopic(endpoint)]
  const existing = await admin.partitions([dlt, marks])
  const failings = existing.has(dlt) ? await failingsOf(admin.read(dlt)) : []
  // The marks are read last: a letter replayed while we read is then known to be.
  return settle(failings, existing.has(marks) ? await readMarks(admin, marks) : new Map())
}

/** Every mark, by the position of the dead letter. */
export async function readMarks(admin: BrokerAdmin, topic: string): Promise<Map<string, Mark>> {
  const marks = new Map<string, Mark>()
  for await (const { key, value } of admin.read(topic))
    if (key !== null && value !== null) marks.set(key.toString(), JSON.parse(value.toString()) as Mark)
  return marks
}

/** The marks that a dead letter was replayed. */
export function markRecords(topic: string, letter: DeadLetter, by: string, at: Date): OutgoingRecord[] {
  const mark: Mark = { messageId: letter.messageId, by, at: at.toISOString() }
  return letter.positions.map((position) => ({ topic, key: position, value: Buffer.from(JSON.stringify(mark)), headers: {} }))
}

/** Whether somebody has replayed it since it was read. */
export const isReplayed = (letter: DeadLetter, marks: ReadonlyMap<string, Mark>): boolean =>
  letter.positions.every((position) => isMarked(letter.messageId, position, marks))

/** Puts copies together: of one message, first read at one place, replayed from one dead letter or from none. */
export async function failingsOf(records: AsyncIterable<BrokerRecord> | Iterable<BrokerRecord>): Promise<Failing[]> {
  const failings = new Map<string, Failing>()
  const since = new Map<string, string>()
  for await (const record of records) {
    const envelope = openEnvelope(record)
    const { id: messageId, original } = envelope
    const message = JSON.stringify([messageId, original])
    const failing = JSON.stringify([message, replayedFrom(envelope)])
    const firstFailedAt = since.get(message) ?? failedAt(record)
    since.set(message, firstFailedAt)
    const position = failings.get(failing)?.position ?? `${record.topic}/${record.partition}/${record.offset}`
    failings.set(failing, { messageId, position, envelope, firstFailedAt })
  }
  return [...failings.values()]
}

/** Tells the open from the replayed. A message is open while one of its failings has no mark. */
export function settle(failings: readonly Failing[], marks: ReadonlyMap<string, Mark>): DeadLetters {
  const open = new Map<string, DeadLetter>()
  for (const failing of failings.filter(({ messageId, position }) => !isMarked(messageId, position, marks))) {
    const positions = [...(open.get(failing.messageId)?.positions ?? []), failing.position]
    open.set(failing.messageId, { ...failing, positions })
  }
  const replayed = failings.filter(({ messageId }) => !open.has(messageId))
  return {
    open: [...open.values()],
    replayed: new Map(replayed.map(({ messageId, position }) => [messageId, marks.get(position)])),
  }
}

/** A mark counts for its message only: positions begin again when a topic was deleted and made anew. */
const isMarked = (messageId: string, position: string, marks: ReadonlyMap<string, Mark>): boolean =>
  marks.get(position)?.messageId === messageId

/** When a dead letter's last try failed; when it was set aside, if it does not say. ISO 8601. */
export function failedAt({ headers, timestamp }: BrokerRecord): string {
  return headerText(headers, failure.failedAt) ?? new Date(timestamp).toISOString()
}

const replayedFrom = ({ record }: Envelope): string | undefined => headerText(record.headers, failure.replayOf)
