import type { OutgoingRecord, RecordRefused } from '../broker/port.ts'
import { isSettled, markRecords, readDeadLetters } from './deadLetters.ts'
import type { Infrastructure } from './infrastructure.ts'
import type { Marks } from './marks.ts'
import { publishTaken } from './publishTaken.ts'
import { type ReplayStep, replaySteps, type Unsendable, unsendable } from './replaySteps.ts'
import { replayTopics } from './replayTopics.ts'
import { select, type Selected, type Selection } from './selection.ts'

export interface ReplayRequest extends Selection {
  readonly endpoint: string
  /** Who asks; kept with the mark. */
  readonly by: string
  /** Called after each step with how many are done so far, of how many. */
  readonly onProgress?: (done: number, total: number) => void
}

export interface ReplayReport extends Selected {
  /** How many this call sent back. */
  readonly replayed: number
  /** What could not be sent, and still waits. */
  readonly unsendable: readonly Unsendable[]
}

/**
 * Sends dead letters back to their endpoint alone, through its replay topic: same body, key, message id and foreign
 * headers, tries counted from the start. A message that the endpoint itself produced and a topic refused goes to that
 * topic. What was replayed or discarded is not sent again; when the call is interrupted or two run at once, a second copy
 * can reach the replay topic, and the endpoint's inbox drops it.
 * @throws NotDeployed when the endpoint's topics are missing
 * @throws BrokerUnavailable; call it again, what was marked is not repeated
 */
export async function replay(
  { endpoint, by, onProgress, ...selection }: ReplayRequest,
  { broker, prefix }: Pick<Infrastructure, 'broker' | 'prefix'>,
): Promise<ReplayReport> {
  const topics = await replayTopics(endpoint, { admin: broker.admin, prefix })
  const { marks, ...letters } = await readDeadLetters(endpoint, { admin: broker.admin, prefix })
  const { wanted, ...selected } = select(letters, selection)
  const problems: Unsendable[] = []
  let [replayed, done] = [0, 0]
  for await (const step of replaySteps(wanted, topics)) {
    const { sent, refused } = await sendAndMark(step, { broker, marks, marksTopic: topics.marks, by })
    problems.push(...step.problems, ...refused)
    replayed += sent
    done += step.ready.length + step.problems.length
    onProgress?.(done, wanted.length)
  }
  return { ...selected, replayed, unsendable: problems }
}

interface Sending extends Pick<Infrastructure, 'broker'> {
  readonly marks: Marks
  readonly marksTopic: string
  readonly by: string
}

/** A command that is killed between sending and marking has sent one step, which the next one sends again. */
async function sendAndMark(
  { ready }: ReplayStep,
  { broker, marks, marksTopic, by }: Sending,
): Promise<{ sent: number; refused: Unsendable[] }> {
  if (ready.length === 0) return { sent: 0, refused: [] }
  // Somebody else may be replaying, too: what is marked by now is left out.
  await marks.readNew()
  const open = ready.filter(({ letter }) => !isSettled(letter, marks))
  const refusals = await publishTaken(
    broker,
    open.map(({ record }) => record),
  )
  const sent = open.filter(({ record }) => !refusals.has(record))
  const mark = { outcome: 'replayed', by, at: new Date().toISOString() } as const
  await broker.publish(sent.flatMap(({ letter }) => markRecords(marksTopic, letter, mark)))
  return { sent: sent.length, refused: refusedOf(open, refusals) }
}

const refusedOf = (ready: ReplayStep['ready'], refusals: ReadonlyMap<OutgoingRecord, RecordRefused>): Unsendable[] =>
  ready.flatMap(({ letter, record }) => {
    const refusal = refusals.get(record)
    return refusal === undefined ? [] : [unsendable(letter, whatToDo(refusal))]
  })

/** Why a topic has refused a record, and what a person can do. */
export const whatToDo = ({ message, record: { topic } }: RecordRefused): string =>
  `${message}. If it is too large, raise max.message.bytes of ${topic} and replay it; otherwise discard it.`
