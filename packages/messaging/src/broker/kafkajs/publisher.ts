import { coalescing } from '../../coalescing.ts'
import { NotAllowed } from '../../connections/notLetIn.ts'
import { BrokerUnavailable, publishDeadlineMs, RecordRefused, type OutgoingRecord } from '../port.ts'
import { sizeOf, upperBoundOf } from '../size.ts'
import { connect, type Connection, disconnect, send } from './connection.ts'
import { brokerErrorCode, unavailable } from './errors.ts'
import type { ClientSettings } from './settings.ts'
import { withTimeout } from './withTimeout.ts'

/** Bytes of one request. A topic's `max.message.bytes` (1 MiB by default) limits what goes to one partition in one request, not one record. */
const REQUEST_SIZE = 900_000

/** The record's own fault: it would be refused again. */
const REFUSALS = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'INVALID_TIMESTAMP'])

const isRefusal = (error: unknown) => REFUSALS.has(brokerErrorCode(error) ?? '')

/** What is wrong with one topic: kafkajs finds it while it looks topics up, and sends nothing to any of them. */
const TOPIC_FAULTS = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'TOPIC_AUTHORIZATION_FAILED',
  'INVALID_TOPIC_EXCEPTION',
  'LEADER_NOT_AVAILABLE',
])

const isTopicFault = (error: unknown) => TOPIC_FAULTS.has(brokerErrorCode(error) ?? '')

export interface Publisher {
  publish(records: readonly OutgoingRecord[]): Promise<void>
  /** Waits for what is in flight. */
  close(): Promise<void>
}

/**
 * Not idempotent: with overlapping sends and one lost response, kafkajs's idempotent producer loses a message without an
 * error. Instead a record may come twice, which inboxes expect. No retries either: the caller has its own.
 */
export function publisher(settings: ClientSettings): Publisher {
  const { refusals } = settings.access
  let connection: Connection | undefined
  let closed = false

  const open = () => {
    if (closed) throw new BrokerUnavailable('This broker connection was closed')
    return connect(settings)
  }
  const attempt = async (used: Connection, records: readonly OutgoingRecord[], until: number) => {
    const sending = withTimeout(until - Date.now(), send(used, records))
    used.inFlight.add(sending)
    try {
      await sending
      if (refusals.areThere()) refusals.done(publishing, topicsOf(records))
    } catch (error) {
      if (isRefusal(error)) throw error
      // Without an answer something may still be on its way. It must not arrive after the caller got its error.
      if (brokerErrorCode(error) === undefined) used.client.cut()
      if (connection === used) connection = undefined
      void disconnect(used)
      throw unavailable(`Could not publish ${described(records)}`, settings.access.reasonOf(error))
    } finally {
      used.inFlight.delete(sending)
    }
  }
  const publish = async (records: readonly OutgoingRecord[]) => {
    const until = Date.now() + publishDeadlineMs
    try {
      await attempt((connection ??= open()), records, until)
    } catch (error) {
      if (!isTopicFault(error)) throw error
      // kafkajs looks up all topics that it ever sent to, and fails when one is gone (https://github.com/tulios/kafkajs/issues/1622).
      // Only a connection that knows no others shows whether it is one of these.
      const own = open()
      await attempt(own, records, until).catch((again: unknown) => {
        throw notAllowed(again, records)
      })
      if (connection === undefined && !closed) connection = own
      else void disconnect(own)
    }
  }
  /** It is these topics, and no others that the connection knows. */
  const notAllowed = (error: unknown, records: readonly OutgoingRecord[]) => {
    const reason = refusals.reasonOf(error, publishing, { topics: topicsOf(records) })
    return reason instanceof NotAllowed ? unavailable(`Could not publish ${described(records)}`, reason) : error
  }
  return {
    publish: coalescing<readonly OutgoingRecord[], void>(
      async (publishes) => {
        for (const request of requests(publishes.flat())) await publishOrName(publish, request)
        return []
      },
      { isOneCallsFault: (error) => error instanceof RecordRefused || isTopicFault(error) },
    ),
    close: async () => {
      closed = true
      if (connection !== undefined) await disconnect(connection)
    },
  }
}

/** When several records are refused together, halving them finds the one at fault. The others are sent. */
async function publishOrName(publish: Publisher['publish'], records: readonly OutgoingRecord[]): Promise<void> {
  try {
    await publish(records)
  } catch (error) {
    if (!isRefusal(error)) throw error
    const [first, ...others] = records
    if (first !== undefined && others.length === 0)
      throw new RecordRefused(first, sizeOf(first), (error as Error).message, { cause: error })
    const half = Math.ceil(records.length / 2)
    await publishOrName(publish, records.slice(0, half))
    await publishOrName(publish, records.slice(half))
  }
}

/** In order, and each small enough. A record that is too large for one goes alone. */
function* requests(records: readonly OutgoingRecord[]): Generator<readonly OutgoingRecord[]> {
  if (fitTogether(records)) {
    yield records
    return
  }
  let request: OutgoingRecord[] = []
  let size = 0
  for (const record of records) {
    const more = sizeOf(record)
    if (request.length > 0 && size + more > REQUEST_SIZE) {
      yield request
      request = []
      size = 0
    }
    request.push(record)
    size += more
  }
  if (request.length > 0) yield request
}

/** Mostly they do, and need not be measured. */
const fitTogether = (records: readonly OutgoingRecord[]) =>
  records.length > 0 && records.reduce((size, record) => size + upperBoundOf(record), 0) <= REQUEST_SIZE

function described(records: readonly OutgoingRecord[]): string {
  return `${records.length} records to ${topicsOf(records).join(', ')}`
}

const topicsOf = (records: readonly OutgoingRecord[]) => [...new Set(records.map(({ topic }) => topic))]

const publishing = 'publish'
