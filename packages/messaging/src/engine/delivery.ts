import type { BrokerRecord } from '../broker/port.ts'
import { Undecodable } from '../codec/errors.ts'
import { type Envelope, openEnvelope } from './envelope.ts'
import type { Route } from './routes.ts'
import type { EndpointRuntime } from './endpointRuntime.ts'

/** A message as it goes to its handler: decoded, or with the reason why it cannot be. */
export interface Delivery {
  readonly envelope: Envelope
  readonly route: Route | undefined
  readonly data: object | undefined
  readonly undeliverable: Error | undefined
}

/** Opens and decodes records. @throws RegistryUnavailable when a schema is not known yet and the registry is away */
export async function open({ router, codec }: EndpointRuntime, records: readonly BrokerRecord[]): Promise<Delivery[]> {
  await codec.prepare(records.map((record) => record.value))
  return records.map((record) => {
    const envelope = openEnvelope(record)
    const route = router(envelope)
    if (route === undefined) return { envelope, route, data: undefined, undeliverable: noHandler(envelope) }
    try {
      return { envelope, route, data: codec.decode(record.value, route.type), undeliverable: undefined }
    } catch (error) {
      if (!(error instanceof Undecodable)) throw error
      return { envelope, route, data: undefined, undeliverable: error }
    }
  })
}

function noHandler({ typeName, original }: Envelope): Undecodable {
  const what = typeName === undefined ? 'a record without ce_type' : typeName
  return new Undecodable(`Nothing here handles ${what} from ${original.topic}. Deploy a version that does, then replay it.`)
}
