import type { BrokerAdmin, BrokerRecord, OutgoingRecord, Position } from '../broker/port.ts'
import { sizeOf } from '../broker/size.ts'
import { openEnvelope } from '../engine/envelope.ts'
import { failure } from '../headers.ts'
import { identityKey } from '../identity.ts'
import { dltTopic, isReturnTopic, replayedTopic, retryGroup } from '../naming.ts'
import { failedAt, type Failing, placeOf, readFailings } from './deadLetters.ts'
import type { Infrastructure } from './infrastructure.ts'
import { markRecord, type Marks } from './marks.ts'
import { recordsAt } from './recordsAt.ts'

// Kafka deletes the beginning of a partition, and nothing else. So whatever has to stay is appended once more, behind the last
// record that has to go, and then all before that is cut off.
//
// Killed before the cut, it leaves second copies, which count as one with the first ones; the next call finds them and makes no
// others. A copy says where the first one was, so a mark that somebody makes meanwhile is about it as well.

export interface EraseRequest {
  readonly endpoint: string
  /** Whether a record says something about whoever is to be forgotten. It may be asked more than once about the same record. */
  readonly isAbout: (record: BrokerRecord) => boolean | Promise<boolean>
}

export interface EraseReport {
  /** Where dead letters were that are gone: `<topic>/<partition>/<offset>`. */
  readonly erased: readonly string[]
  /** Dead letters of others that were appended again. */
  readonly copied: number
  /** Records of retries and replays that are gone. The endpoint had handled them, and whatever else is cut off with them. */
  readonly handled: number
  /** Records of retries and replays that the endpoint has not handled yet: they are still there. Call it again later. */
  readonly waiting: number
}

/**
 * Removes what is about somebody from the topics that belong to one endpoint alone: dead letters whatever was decided about them,
 * and what it has handled of retries and replays. Two calls for one endpoint must not run at once: each would copy what the other
 * erases. Letters that were replayed go as well when they lie before one that is erased; what waits for a person, or was
 * discarded, stays. A topic that is named like an endpoint's and has no topic of marks beside it is somebody else's: it stays as it is.
 * @throws BrokerUnavailable, RecordRefused; call it again
 */
export async function erase(
  { endpoint, isAbout }: EraseRequest,
  { broker, prefix }: Pick<Infrastructure, 'broker' | 'prefix'>,
): Promise<EraseReport> {
  const { admin } = broker
  const [dlt, marks] = [prefix + dltTopic(endpoint), prefix + replayedTopic(endpoint)]
  // Others may call their topics so, too.
  if ((await admin.partitions([dlt, marks])).size < 2) return { erased: [], copied: 0, handled: 0, waiting: 0 }
  const found = await lastAbout(dlt, isAbout, admin)
  let copied = 0
  if (found.cuts.length > 0) {
    for await (const records of copies(endpoint, found, { admin, prefix })) {
      await broker.publish(records)
      copied += records.filter(({ topic }) => topic === dlt).length
    }
    await admin.deleteRecords(found.cuts)
  }
  return { erased: [...found.places], copied, ...(await eraseHandled(endpoint, isAbout, { admin, prefix })) }
}

/** What is about somebody in a topic. */
interface Found {
  /** Where each partition has to begin. */
  readonly cuts: readonly Position[]
  /** The names of the places of all of them. */
  readonly places: ReadonlySet<string>
}

async function lastAbout(topic: string, isAbout: EraseRequest['isAbout'], admin: BrokerAdmin): Promise<Found> {
  const places = new Set<string>()
  const cuts = new Map<number, Position>()
  for await (const record of admin.read(topic)) {
    if (!(await isAbout(record))) continue
    places.add(placeOf(record))
    cuts.set(record.partition, { topic, partition: record.partition, offset: record.offset + 1n })
  }
  return { cuts: [...cuts.values()], places }
}

const most = { records: 500, bytes: 1024 * 1024 }

/** What has to be appended before the cuts, a step at a time: letters of others, and with each discarded one its mark. */
async function* copies(
  endpoint: string,
  { cuts, places }: Found,
  { admin, prefix }: Pick<Infrastructure, 'admin' | 'prefix'>,
): AsyncIterable<OutgoingRecord[]> {
  const { failings, marks } = await readFailings(endpoint, { admin, prefix })
  const begins = new Map(cuts.map(({ partition, offset }) => [partition, offset]))
  const isCutOff = ({ latest }: Failing) => latest.offset < (begins.get(latest.partition) ?? 0n)
  const needed = neededMessages(failings, marks)
  const staying = failings.filter(
    (failing) => isCutOff(failing) && !places.has(placeOf(failing.latest)) && needed.has(identityKey(failing.identity)),
  )
  const byPlace = new Map(staying.map((failing) => [placeOf(failing.latest), failing]))
  let step = emptyStep()
  const positions = staying.map(({ latest }) => latest)
  for await (const record of recordsAt(prefix + dltTopic(endpoint), positions, admin)) {
    const failing = byPlace.get(placeOf(record))
    if (failing === undefined) continue
    const mark = marks.of(failing)
    // Whoever keeps letters elsewhere has forgotten the mark, perhaps: it is told again, and before the letter.
    if (mark !== undefined) step.records.push(markRecord(prefix + replayedTopic(endpoint), failing, mark))
    const copy = copyOf(record, failing)
    step.records.push(copy)
    step.bytes += sizeOf(copy)
    if (step.records.length < most.records && step.bytes < most.bytes) continue
    yield step.records
    step = emptyStep()
  }
  if (step.records.length > 0) yield step.records
}

const emptyStep = () => ({ records: [] as OutgoingRecord[], bytes: 0 })

/** Messages that wait for a person, or about which a person may still change a decision. */
function neededMessages(failings: readonly Failing[], marks: Marks): ReadonlySet<string> {
  const needed = failings.filter((failing) => marks.of(failing)?.outcome !== 'replayed')
  return new Set(needed.map(({ identity }) => identityKey(identity)))
}

/** The same letter, in the same partition. A record without an origin of its own would be another message at another place. */
function copyOf(letter: BrokerRecord, { position }: Failing): OutgoingRecord {
  const { topic, partition, key, value, headers } = letter
  const { original } = openEnvelope(letter)
  const origin = {
    [failure.originalTopic]: original.topic,
    [failure.originalPartition]: String(original.partition),
    [failure.originalOffset]: original.offset,
    ...(original.timestamp !== undefined && { [failure.originalTimestamp]: String(original.timestamp) }),
    // The copy has a new timestamp.
    [failure.failedAt]: failedAt(letter),
  }
  return { topic, partition, key, value, headers: { ...headers, ...origin, [failure.copyOf]: position } }
}

/** Retries and replays are read by nobody else: what the endpoint has handled of them is of no use any more. */
async function eraseHandled(
  endpoint: string,
  isAbout: EraseRequest['isAbout'],
  { admin, prefix }: Pick<Infrastructure, 'admin' | 'prefix'>,
): Promise<Pick<EraseReport, 'handled' | 'waiting'>> {
  let [handled, waiting] = [0, 0]
  const isOwn = (topic: string) => topic.startsWith(prefix) && isReturnTopic(endpoint, topic.slice(prefix.length))
  for (const topic of (await admin.topics()).filter(isOwn)) {
    const committed = await admin.committed(prefix + retryGroup(endpoint), [topic])
    const begins = new Map(committed.map(({ partition, offset }) => [partition, offset]))
    const cuts = new Map<number, Position>()
    for await (const record of admin.read(topic)) {
      if (!(await isAbout(record))) continue
      const { partition } = record
      const offset = begins.get(partition) ?? 0n
      if (record.offset >= offset) waiting += 1
      else {
        handled += 1
        cuts.set(partition, { topic, partition, offset })
      }
    }
    await admin.deleteRecords([...cuts.values()])
  }
  return { handled, waiting }
}
