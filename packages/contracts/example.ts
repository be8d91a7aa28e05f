import type { AvroField, SchemaFile } from './avro.ts'

/** A contract without fault for tests: `stock/ProductCounted.avsc` with the given fields behind its key. */
export function contract(fields: readonly AvroField[] = [], changes: Readonly<Record<string, unknown>> = {}): SchemaFile {
  const schema = {
    type: 'record',
    namespace: 'stock',
    name: 'ProductCounted',
    doc: 'Somebody counted.',
    kind: 'event',
    key: 'sku',
  }
  const sku = { name: 'sku', doc: 'Which product.', type: 'string' }
  const changed = { ...schema, fields: [sku, ...fields], ...changes }
  return { file: `${changed.namespace}/${changed.name}.avsc`, schema: changed }
}

export const timestamp = { type: 'long', logicalType: 'timestamp-millis' }
