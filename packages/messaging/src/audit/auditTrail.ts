import type { OutgoingRecord } from '../broker/port.ts'
import { failure } from '../headers.ts'
import type { Log } from '../log.ts'
import { uuid7 } from '../uuid7.ts'
import type { Heartbeat } from './audit.ts'
import { auditEncoder } from './auditEncoder.ts'
import type { AuditMode } from './auditMode.ts'
import { type EncodeEntries, entriesEncoder } from './entriesEncoder.ts'
import type { Handling } from './handledEntry.ts'
import { HeldAudits } from './heldAudits.ts'

interface Encode {
  readonly entries: EncodeEntries
  readonly heartbeat: (at: number, heartbeat: Heartbeat) => OutgoingRecord[]
}

interface AuditTrailOptions {
  readonly endpoint: string
  /** With the prefix. */
  readonly topic: string
  readonly mode: AuditMode
  readonly log: Log
  readonly publish: (records: readonly OutgoingRecord[]) => Promise<void>
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** For how long nothing more is written when the topic does not take it. */
const pauseMs = 60_000

/** A batch has a quarter of it, with ids and names of usual length. It is far below what any topic takes. */
const mostBytes = 256 * 1024

/**
 * What a process writes into its endpoint's audit topic. Nothing of it may keep a message from being handled: what the topic
 * does not take for a while is lost, and the log says so.
 */
export class AuditTrail {
  readonly mode: AuditMode
  readonly #options: AuditTrailOptions
  readonly #instance = uuid7()
  readonly #held: HeldAudits
  #encode: Encode | undefined
  #silentUntil = 0
  /** Whether the log has said that something was not taken, and not yet that it is again. */
  #isTroubled = false

  /** Nothing is written before `begin`. */
  constructor(options: AuditTrailOptions) {
    const { publish, now } = options
    this.#options = options
    this.mode = options.mode
    this.#held = new HeldAudits({
      publish,
      onPublished: (records) => this.published(records),
      onLost: (error) => this.notTaken(error),
      now,
    })
  }

  /** @param maxBytes how large a record the topic takes */
  begin(schemaId: number, maxBytes: number): void {
    const { endpoint, topic } = this.#options
    const instance = this.#instance
    const write = auditEncoder({ topic, instance, schemaId })
    this.#encode = {
      entries: entriesEncoder({ endpoint, topic, instance, schemaId, maxBytes: Math.min(mostBytes, maxBytes) }),
      heartbeat: (at, heartbeat) => [write({ endpoint, instance, at, lane: null, messages: [], heartbeat })],
    }
  }

  /** Whether a record is one of an audit, of this process or of one before it. */
  isAudit = ({ topic }: Pick<OutgoingRecord, 'topic'>): boolean => topic === this.#options.topic

  /** @returns the records that say what became of these messages; none when nothing is to be said */
  about(lane: string, handlings: readonly Handling[]): OutgoingRecord[] {
    const told = this.mode === 'all' ? handlings : handlings.filter(isReplay)
    return told.length === 0 ? [] : this.#records(({ entries }, at) => entries(at, lane, told))
  }

  /** @returns undefined while nothing is written */
  heartbeat(heartbeat: Heartbeat): OutgoingRecord | undefined {
    return this.#records((encode, at) => encode.heartbeat(at, heartbeat))[0]
  }

  /** Whether records wait for their topic: what comes now waits, too. */
  get isHolding(): boolean {
    return this.#held.areThere
  }

  /** Its topic does not take these records just now: they are published later, or lost when it never does. */
  hold(records: readonly OutgoingRecord[]): void {
    this.#held.hold(records)
  }

  /** Publishes what waits, if its topic takes it now. */
  close(): Promise<void> {
    return this.#held.close()
  }

  /** Its topic does not take its records: for a while no more are made. */
  notTaken(error: unknown): void {
    this.#silentUntil = this.#options.now() + pauseMs
    this.#trouble(error, 'the audit topic does not take records: messages are handled without, and the console does not see them')
  }

  /** Called when records were published. */
  published(records: readonly OutgoingRecord[]): void {
    if (!this.#isTroubled || !records.some(this.isAudit)) return
    this.#isTroubled = false
    this.#options.log.info({}, 'the audit topic takes records again')
  }

  #records(make: (encode: Encode, at: number) => OutgoingRecord[]): OutgoingRecord[] {
    const now = this.#options.now()
    if (this.#encode === undefined || now < this.#silentUntil) return []
    try {
      return make(this.#encode, now)
    } catch (error) {
      // Nothing is known that does not fit. It would be no fault of the messages.
      this.#trouble(error, 'a record of the audit could not be written: messages are handled without')
      return []
    }
  }

  #trouble(error: unknown, what: string): void {
    const { log, topic } = this.#options
    if (!this.#isTroubled) log.warn({ err: error, topic }, what)
    this.#isTroubled = true
  }
}

const isReplay = ({ delivery: { envelope } }: Handling): boolean => envelope.record.headers[failure.replayOf] !== undefined
