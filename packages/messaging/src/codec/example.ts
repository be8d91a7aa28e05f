import type { AvroSchema, MessageDescriptor } from '../definition/message.ts'
import { memoryRegistry } from '../registry/memory.ts'
import { avroCodec } from './codec.ts'

/** A message type for tests. It has a field of every kind that contracts may have. */
export const parcel = {
  kind: 'event',
  fullName: 'shipping.ParcelWeighed',
  owner: 'shipping',
  topic: 'shipping.parcel-weighed',
  key: 'parcelId',
  schema: {
    type: 'record',
    namespace: 'shipping',
    name: 'ParcelWeighed',
    kind: 'event',
    key: 'parcelId',
    doc: 'A parcel was put on the scales.',
    fields: [
      { name: 'parcelId', doc: 'Which parcel.', type: 'string' },
      { name: 'grams', doc: 'Its weight.', type: 'int' },
      { name: 'cents', doc: 'What it costs.', type: 'long' },
      { name: 'volume', doc: 'In litres.', type: 'double' },
      { name: 'insured', doc: 'Whether it is.', type: 'boolean' },
      { name: 'label', doc: 'The printed label.', type: 'bytes' },
      {
        name: 'size',
        doc: 'Which box.',
        type: { type: 'enum', name: 'BoxSize', doc: 'A box.', symbols: ['SMALL', 'LARGE', 'OTHER'], default: 'OTHER' },
      },
      { name: 'note', doc: 'For the driver.', type: ['null', 'string'], default: null },
      { name: 'weighedAt', doc: 'When.', type: { type: 'long', logicalType: 'timestamp-millis' } },
      {
        name: 'items',
        doc: 'What is in it.',
        type: {
          type: 'array',
          items: {
            type: 'record',
            name: 'ParcelItem',
            doc: 'One thing.',
            fields: [
              { name: 'sku', doc: 'Which product.', type: 'string' },
              { name: 'quantity', doc: 'How many.', type: 'int' },
            ],
          },
        },
      },
      { name: 'marks', doc: 'Stickers, and how often each.', type: { type: 'map', values: 'int' } },
    ],
  },
} as const satisfies MessageDescriptor

export const aParcel = () => ({
  parcelId: 'p-1',
  grams: 1_200,
  // The largest amount that avsc takes.
  cents: 9_007_199_254_740_990,
  volume: 2.5,
  insured: true,
  label: Buffer.from([1, 2, 3]),
  size: 'SMALL',
  note: null as string | null,
  weighedAt: new Date('2026-03-01T12:00:00.123Z'),
  items: [{ sku: 'tea', quantity: 2 }],
  marks: { fragile: 1 },
})

/** A version of the type with other fields. */
export const version = (fields: readonly object[]): MessageDescriptor => ({
  ...parcel,
  schema: { ...parcel.schema, fields } satisfies AvroSchema,
})

/** A codec and its registry, and the id of the type in it. */
export async function registered(type: MessageDescriptor = parcel) {
  const registry = memoryRegistry()
  const id = await registry.register('subject', type.schema)
  return { registry, id, codec: avroCodec({ registry }) }
}
