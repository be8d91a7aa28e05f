import type { BrokerAdmin, BrokerRecord, OutgoingRecord } from '../broker/port.ts'
import type { MessageIdentity } from '../identity.ts'

// A dead letter topic only grows. What a person has decided about a dead letter is a mark in a second, compacted topic,
// `<endpoint>.replayed`: its key is the dead letter's position, `<topic>/<partition>/<offset>`.

/** `restored`: it waits again, as if nothing had been decided. */
type Outcome = 'replayed' | 'discarded' | 'restored'

/** What a person has decided about a dead letter. */
export interface Mark {
  readonly outcome: Outcome
  readonly by: string
  /** ISO 8601. */
  readonly at: string
  /** Why it was discarded or restored. */
  readonly reason?: string
}

/** What a mark is about. */
export interface Marked {
  readonly identity: MessageIdentity
  /** `<topic>/<partition>/<offset>` of the dead letter. */
  readonly position: string
}

/** A record of a topic of marks. */
export interface MarkRecord {
  /** Which dead letter it is about: `<topic>/<partition>/<offset>`. */
  readonly position: string
  readonly mark: Mark
  /** The message that it is about is one that has this among its {@link markNames}. */
  readonly name: string
}

/** @returns undefined for a record that is no mark */
export function readMark({ key, value }: Pick<BrokerRecord, 'key' | 'value'>): MarkRecord | undefined {
  const stored = parse(value)
  if (key === null || stored === undefined) return undefined
  const { outcome, by, at, reason } = stored
  const mark = { outcome, by, at, ...(reason !== undefined && { reason }) }
  return { position: key.toString(), mark, name: nameIn(stored) }
}

/** The names that marks may have for a message: positions begin again when a topic is deleted and created again. */
export const markNames = ({ source, id, formerId }: MessageIdentity): readonly string[] => [
  nameIn({ source: short(source), id: short(id) }),
  nameIn({ messageId: formerId }),
]

const nameIn = (named: Named): string => JSON.stringify('messageId' in named ? [named.messageId] : [named.source, named.id])

/** The marks of one endpoint. */
export interface Marks {
  /** Reads the marks that were appended since it was last called. */
  readNew(): Promise<void>
  /**
   * What is decided about it; undefined when nothing is, or nothing any more. A mark counts for its message only: positions
   * begin again when a topic is deleted and created again.
   */
  of(marked: Marked): Mark | undefined
}

/** Nothing is read before the first `readNew`. */
export function marksIn(topic: string, admin: BrokerAdmin): Marks {
  const marks = new Map<string, StoredMark>()
  const next = new Map<number, bigint>()
  return {
    async readNew() {
      const from = [...next].map(([partition, offset]) => ({ topic, partition, offset }))
      for await (const { partition, offset, key, value } of admin.read(topic, { from })) {
        next.set(partition, offset + 1n)
        const mark = parse(value)
        if (key !== null && mark !== undefined) marks.set(key.toString(), mark)
      }
    },
    of({ identity, position }) {
      const mark = marks.get(position)
      return mark !== undefined && mark.outcome !== 'restored' && isAbout(mark, identity) ? mark : undefined
    },
  }
}

/** The record that keeps a mark. */
export function markRecord(topic: string, { identity, position }: Marked, mark: Mark): OutgoingRecord {
  const stored = { version: 2, ...mark, source: short(identity.source), id: short(identity.id) }
  return { topic, key: position, value: Buffer.from(JSON.stringify(stored)), headers: {} }
}

/** Version 1, of Petrel 0.1, knew replays and message ids only. */
type Named = { readonly messageId: string } | { readonly source: string; readonly id: string }
type StoredMark = Mark & Named

function isAbout(mark: StoredMark, { source, id, formerId }: MessageIdentity): boolean {
  return 'messageId' in mark ? mark.messageId === formerId : mark.source === short(source) && mark.id === short(id)
}

/** A message from elsewhere may have an id of a megabyte, and its mark must still fit into the topic. */
const short = (text: string) => text.slice(0, 256)

/** @returns undefined for a record that is no mark: one foreign record must not stop the command */
function parse(value: Buffer | null): StoredMark | undefined {
  const { version, outcome, messageId, source, id, by, at, reason } = fieldsOf(value)
  const decision = { by: String(by), at: String(at), ...(typeof reason === 'string' && { reason }) }
  if (version === undefined && typeof messageId === 'string') return { outcome: 'replayed', messageId, ...decision }
  if (typeof source !== 'string' || typeof id !== 'string') return undefined
  return { outcome: outcome === 'discarded' || outcome === 'restored' ? outcome : 'replayed', source, id, ...decision }
}

function fieldsOf(value: Buffer | null): Readonly<Record<string, unknown>> {
  try {
    return { ...(JSON.parse(value?.toString() ?? 'null') as object | null) }
  } catch {
    return {}
  }
}
