import type { BrokerRecord } from '../broker/port.ts'
import { Undecodable, UnhandledTombstone } from '../codec/errors.ts'
import { failure, headerText } from '../headers.ts'
import { identityKey } from '../identity.ts'
import { RegistryUnavailable } from '../registry/port.ts'
import type { EndpointRuntime } from './endpointRuntime.ts'
import { type Envelope, openEnvelope } from './envelope.ts'
import type { Route } from './routes.ts'
import { sagaKey } from './sagas.ts'

/** A message for its handler: decoded, or with the reason why it cannot be handled. */
export interface Delivery {
  readonly envelope: Envelope
  readonly route: Route | undefined
  readonly data: object | undefined
  /** Why it cannot be handled. */
  readonly undeliverable: Error | undefined
  /** Messages of one chain (one key, or one saga) are handled one after the other. */
  readonly chain: string
  /** Tries that it has had in this delivery. */
  readonly tries: number
}

type DecodingRuntime = Pick<EndpointRuntime, 'router' | 'codec'>

/**
 * Opens and decodes records. One that cannot be decoded becomes a delivery with the reason, and the others are not affected.
 * @throws RegistryUnavailable when a schema is not known yet and the registry is away
 */
export async function open(runtime: DecodingRuntime, records: readonly BrokerRecord[]): Promise<Delivery[]> {
  await runtime.codec.prepare(records.map((record) => record.value))
  return records.map((record) => openOne(runtime, record))
}

function openOne({ router, codec }: DecodingRuntime, record: BrokerRecord): Delivery {
  const envelope = openEnvelope(record)
  const route = router(envelope)
  const opened = { envelope, route, tries: 0, chain: record.key?.toString() ?? identityKey(envelope.identity) }
  const unreadable = headerText(record.headers, failure.unreadable)
  if (unreadable !== undefined) return { ...opened, data: undefined, undeliverable: new Undecodable(unreadable) }
  if (route === undefined) return { ...opened, data: undefined, undeliverable: noHandler(envelope) }
  if (record.value === null) return tombstone(opened, route)
  try {
    const data = codec.decode(record.value, route.type)
    // A saga's id is usually the record's key. Then messages for the saga and for handlers are in one chain.
    const chain = route.saga === undefined ? opened.chain : sagaKey(route, data).id
    return { ...opened, chain, data, undeliverable: undefined }
  } catch (error) {
    if (error instanceof RegistryUnavailable) throw error
    return { ...opened, data: undefined, undeliverable: asUndecodable(error, envelope) }
  }
}

type Opened = Pick<Delivery, 'envelope' | 'chain' | 'tries'>

function tombstone(opened: Opened, route: Route): Delivery {
  const { key } = opened.envelope.record
  if (route.handler?.tombstone === undefined || key === null)
    return { ...opened, route, data: undefined, undeliverable: unhandledTombstone(opened.envelope, route) }
  const { type, name, handler } = route
  const ofTombstone = { type, name, handler: { ...handler, run: route.handler.tombstone } }
  return { ...opened, route: ofTombstone, data: { key: key.toString() }, undeliverable: undefined }
}

function unhandledTombstone({ original }: Envelope, { type }: Route): UnhandledTombstone {
  const what = `The record from ${original.topic} has no value: a tombstone.`
  return new UnhandledTombstone(`${what} Nothing here handles tombstones of ${type.fullName}. Find out who writes them.`)
}

function asUndecodable(error: unknown, { original }: Envelope): Undecodable {
  if (error instanceof Undecodable) return error
  return new Undecodable(`The record from ${original.topic} cannot be read: ${String(error)}`, { cause: error })
}

function noHandler({ typeName, original }: Envelope): Undecodable {
  const what = typeName === undefined ? 'a record without ce_type' : typeName
  return new Undecodable(`Nothing here handles ${what} from ${original.topic}. Deploy a version that does, then replay it.`)
}
