import type { Broker, OutgoingRecord, RecordHeaders } from '../broker/port.ts'
import { failure } from '../headers.ts'
import { replayedTopic, replayTopic } from '../naming.ts'
import { type DeadLetter, isReplayed, markRecords, readDeadLetters, readMarks } from './deadLetters.ts'
import type { Infrastructure } from './infrastructure.ts'
import { NotDeployed } from './notDeployed.ts'

export interface ReplayRequest {
  readonly endpoint: string
  /** Message ids; without them, everything that is open. */
  readonly ids?: readonly string[]
  /** Who asks; kept with the mark. */
  readonly by: string
  /** Called after each step with how many have been sent so far, of how many. */
  readonly onProgress?: (done: number, total: number) => void
}

export interface ReplayReport {
  /** How many this call sent back. */
  readonly replayed: number
  /** Asked for, but replayed before (or by somebody else meanwhile), and not failed since. */
  readonly already: readonly string[]
  /** Asked for, but never in this endpoint's dead letter topic. */
  readonly unknown: readonly string[]
}

/** So many are sent, then marked; so many second copies at most reach the inbox when a replay dies in between. */
const stepSize = 100

/**
 * Sends dead letters back to their endpoint alone, through its replay topic: same body, key, message id and foreign
 * headers, tries counted from the start. A dead letter that was replayed is never sent again; when the call is
 * interrupted or two run at once, a second copy can reach the replay topic, and the endpoint's inbox drops it.
 * @throws NotDeployed when the endpoint's topics are missing
 * @throws BrokerUnavailable; call it again, what was marked is not repeated
 */
export async function replay(
  request: ReplayRequest,
  infrastructure: Pick<Infrastructure, 'broker' | 'prefix'>,
): Promise<ReplayReport> {
  const { endpoint, ids, by, onProgress } = request
  const { broker, prefix } = infrastructure
  const marks = prefix + replayedTopic(endpoint)
  const partitions = await replayPartitions(broker, prefix, endpoint)
  const { open, replayed } = await readDeadLetters(endpoint, { admin: broker.admin, prefix })
  const wanted = ids === undefined ? open : open.filter(({ messageId }) => ids.includes(messageId))
  const already = (ids ?? []).filter((id) => replayed.has(id))
  const unknown = (ids ?? []).filter((id) => !replayed.has(id) && !open.some(({ messageId }) => messageId === id))
  let done = 0
  for (let at = 0; at < wanted.length; at += stepSize) {
    // Somebody else may be replaying, too: what is marked by now is left out.
    const marked = await readMarks(broker.admin, marks)
    const step = wanted.slice(at, at + stepSize).filter((letter) => !isReplayed(letter, marked))
    await broker.publish(step.map((letter) => replayRecord(prefix + replayTopic(endpoint), partitions, letter)))
    await broker.publish(step.flatMap((letter) => markRecords(marks, letter, by, new Date())))
    done += step.length
    onProgress?.(done, wanted.length)
  }
  return { replayed: done, already, unknown }
}

/** The dead letter as it goes back. Its origin stays; what recoverability added for the failure is gone. */
function replayRecord(topic: string, partitions: number, { position, envelope }: DeadLetter): OutgoingRecord {
  const { key, value, headers } = envelope.record
  const record = { topic, key, value, headers: { ...withoutFailure(headers), [failure.replayOf]: position } }
  // Without a key nothing says the partition but where the record lay first.
  return key === null ? { ...record, partition: envelope.original.partition % partitions } : record
}

const origin = new Set<string>([failure.originalTopic, failure.originalPartition, failure.originalOffset, failure.endpoint])
const dropped = new Set<string>(Object.values(failure).filter((name) => !origin.has(name)))

const withoutFailure = (headers: RecordHeaders): RecordHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name)))

async function replayPartitions({ admin }: Broker, prefix: string, endpoint: string): Promise<number> {
  const topics = [prefix + replayTopic(endpoint), prefix + replayedTopic(endpoint)] as const
  const existing = await admin.partitions(topics)
  const missing = topics.filter((topic) => !existing.has(topic))
  if (missing.length > 0)
    throw new NotDeployed(
      endpoint,
      missing.map((topic) => ({ what: `topic ${topic}`, owner: endpoint })),
    )
  return existing.get(topics[0]) ?? 1
}
