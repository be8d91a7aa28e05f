import type { BrokerAdmin, BrokerRecord, OutgoingRecord, Position } from '../broker/port.ts'
import { type Envelope, openEnvelope } from '../engine/envelope.ts'
import { failure, headerText } from '../headers.ts'
import { identityKey, type MessageIdentity } from '../identity.ts'
import { dltTopic, replayedTopic } from '../naming.ts'
import type { Infrastructure } from './infrastructure.ts'
import { type Mark, markRecord, type Marks, marksIn } from './marks.ts'

// How it is known which dead letters are still open.
//
// A replay first appends the record to the replay topic, and then its mark. A replay that dies in between leaves no mark:
// the next one makes a second copy of the same message, which the endpoint's inbox drops. When both copies fail, both come
// back with a header that names the same dead letter, and count as one: a mark for one is a mark for the other, however
// late it comes.
//
// When somebody's letters are erased, those of others are appended again and say where their first copies were (erase.ts).
//
// Only positions are kept, no bodies and no texts: there may be very many.

/** One failing of a message: its copies in the topic come from redelivery, or from two replays at once. */
export interface Failing {
  readonly identity: MessageIdentity
  /** Names it in marks and in `petrel-replay-of`: where its first copy is or was, `<topic>/<partition>/<offset>`. */
  readonly position: string
  /** Where its last copy is. */
  readonly latest: Position
  /** When the message failed first, before any replay. ISO 8601. */
  readonly firstFailedAt: string
}

/** A message that waits for a person. */
export interface DeadLetter extends Failing {
  /** All its failings without a mark; more than one when it was produced twice, or a replay died before the mark. */
  readonly positions: readonly string[]
}

/** A message about which a person has decided, and that has not failed since. */
export interface SettledLetter extends Failing {
  /** The mark of its last failing. */
  readonly mark: Mark
  /** All its failings. */
  readonly positions: readonly string[]
}

/** An endpoint's dead letters, by message. */
export interface DeadLetters {
  readonly open: readonly DeadLetter[]
  readonly settled: readonly SettledLetter[]
}

/** Reads what waits for a person at one endpoint. An endpoint that was never deployed has nothing waiting. */
export async function readDeadLetters(
  endpoint: string,
  { admin, prefix }: Pick<Infrastructure, 'admin' | 'prefix'>,
): Promise<DeadLetters & { readonly marks: Marks }> {
  const { failings, marks } = await readFailings(endpoint, { admin, prefix })
  return { ...settle(failings, marks), marks }
}

/** Reads every failing of one endpoint, whether it still waits or not. */
export async function readFailings(
  endpoint: string,
  { admin, prefix }: Pick<Infrastructure, 'admin' | 'prefix'>,
): Promise<{ readonly failings: readonly Failing[]; readonly marks: Marks }> {
  const [dlt, marksTopic] = [prefix + dltTopic(endpoint), prefix + replayedTopic(endpoint)]
  const existing = await admin.partitions([dlt, marksTopic])
  const failings = failingsIn(dlt, admin)
  if (existing.has(dlt)) await failings.readNew()
  // The marks are read last: those of a replay that went on meanwhile are among them.
  const marks = marksIn(marksTopic, admin)
  if (existing.has(marksTopic)) await marks.readNew()
  return { failings: failings.all(), marks }
}

/** The failings of one endpoint. */
interface Failings {
  /** Reads the dead letters that were appended since it was last called. */
  readNew(): Promise<void>
  all(): Failing[]
}

/** Puts the copies of each failing together. */
function failingsIn(topic: string, admin: BrokerAdmin): Failings {
  const failings = new Map<string, Failing>()
  const since = new Map<string, string>()
  const next = new Map<number, bigint>()
  const add = (record: BrokerRecord) => {
    const envelope = openEnvelope(record)
    const { identity, original } = envelope
    const message = JSON.stringify([identityKey(identity), original])
    const failing = failingOf(envelope)
    const firstFailedAt = since.get(message) ?? failedAt(record)
    since.set(message, firstFailedAt)
    const position = failings.get(failing)?.position ?? firstPlaceOf(record)
    const latest = { topic: record.topic, partition: record.partition, offset: record.offset }
    failings.set(failing, { identity, position, latest, firstFailedAt })
  }
  return {
    all: () => [...failings.values()],
    async readNew() {
      const from = [...next].map(([partition, offset]) => ({ topic, partition, offset }))
      for await (const record of admin.read(topic, { from })) {
        next.set(record.partition, record.offset + 1n)
        add(record)
      }
    },
  }
}

/** Follows what waits for a person at one endpoint: each call reads only what is new, and tells how many messages wait. */
export function followDeadLetters(
  endpoint: string,
  { admin, prefix }: Pick<Infrastructure, 'admin' | 'prefix'>,
): () => Promise<number> {
  const failings = failingsIn(prefix + dltTopic(endpoint), admin)
  const marks = marksIn(prefix + replayedTopic(endpoint), admin)
  return async () => {
    await failings.readNew()
    await marks.readNew()
    return settle(failings.all(), marks).open.length
  }
}

/** Separates the open from the settled. A message is open while one of its failings has no mark. */
function settle(failings: readonly Failing[], marks: Marks): DeadLetters {
  const open = new Map<string, DeadLetter & Gathered>()
  const settled = new Map<string, SettledLetter & Gathered>()
  for (const failing of failings) {
    const message = identityKey(failing.identity)
    const mark = marks.of(failing)
    const positions = (mark === undefined ? open : settled).get(message)?.positions ?? []
    positions.push(failing.position)
    if (mark === undefined) open.set(message, { ...failing, positions })
    else settled.set(message, { ...failing, positions, mark })
  }
  return {
    open: [...open.values()],
    settled: [...settled].filter(([message]) => !open.has(message)).map(([, letter]) => letter),
  }
}

/** A producer that gives all its messages one id has them all in one list: it is not copied for each. */
interface Gathered {
  readonly positions: string[]
}

/** Whether somebody has decided about a letter since it was read. */
export const isSettled = ({ identity, positions }: DeadLetter, marks: Marks): boolean =>
  positions.every((position) => marks.of({ identity, position }) !== undefined)

/** The records of one decision about a letter. */
export const markRecords = (
  topic: string,
  { identity, positions }: Pick<DeadLetter, 'identity' | 'positions'>,
  mark: Mark,
): OutgoingRecord[] => positions.map((position) => markRecord(topic, { identity, position }, mark))

/** When a dead letter's last try failed; when it was appended, if it does not say. ISO 8601. */
export function failedAt({ headers, timestamp }: BrokerRecord): string {
  const said = new Date(headerText(headers, failure.failedAt) ?? '')
  const appended = new Date(timestamp)
  return ([said, appended].find((time) => !Number.isNaN(time.getTime())) ?? new Date(0)).toISOString()
}

/** The name of a record's place. */
export const placeOf = ({ topic, partition, offset }: Position): string => `${topic}/${partition}/${offset}`

/** The name of the place of a dead letter's first copy, which may be gone. */
export const firstPlaceOf = (record: BrokerRecord): string => headerText(record.headers, failure.copyOf) ?? placeOf(record)

/** Copies of one failing have the same: they are of one message, first appended at one place, replayed from one dead letter or from none. */
export function failingOf({ identity, original, record }: Envelope): string {
  const message = JSON.stringify([identityKey(identity), original])
  return JSON.stringify([message, headerText(record.headers, failure.replayOf)])
}
