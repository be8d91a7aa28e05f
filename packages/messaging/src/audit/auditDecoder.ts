import type { BrokerRecord } from '../broker/port.ts'
import { avroCodec } from '../codec/codec.ts'
import type { AvroSchema } from '../definition/message.ts'
import type { Registry } from '../registry/port.ts'
import type { Audit } from './audit.ts'
import { asReader, auditSchema } from './schema.ts'

/**
 * Reads a record of an audit topic, whatever version of the library has written it.
 * @throws Undecodable when it is something else
 * @throws UnknownSchema when the registry does not know its schema; RegistryUnavailable: try again later
 */
export type DecodeAudit = (record: Pick<BrokerRecord, 'value'>) => Promise<Audit>

/** The registry is asked once for each version of the schema. */
export function auditDecoder(registry: Pick<Registry, 'schemaOf'>): DecodeAudit {
  const codec = avroCodec({ registry })
  const reader = asReader(timesAsNumbers(auditSchema))
  return async ({ value }) => {
    await codec.prepare([value])
    return codec.decode(value, reader) as Audit
  }
}

/** There are three times in each entry, and whoever reads audits reads many: a Date for each would only be taken apart again. */
const timesAsNumbers = (schema: AvroSchema): AvroSchema =>
  JSON.parse(JSON.stringify(schema, (name, value: unknown) => (name === 'logicalType' ? undefined : value))) as AvroSchema
