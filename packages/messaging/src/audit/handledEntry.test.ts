import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { BrokerRecord } from '../broker/port.ts'
import { openEnvelope } from '../engine/envelope.ts'
import { foreignHeaders } from '../engine/testing/foreignRecords.ts'
import { memoryRegistry } from '../registry/memory.ts'
import { auditDecoder } from './auditDecoder.ts'
import { auditEncoder } from './auditEncoder.ts'
import { handledEntry } from './handledEntry.ts'
import { auditSchema } from './schema.ts'

const record: fc.Arbitrary<BrokerRecord> = fc.record({
  topic: fc.constantFrom('sales.order-placed', 't'.repeat(249)),
  partition: fc.nat(1_000),
  offset: fc.bigInt({ min: 0n, max: 2n ** 53n - 2n }),
  key: fc.option(fc.uint8Array({ maxLength: 3_000 }).map((bytes) => Buffer.from(bytes))),
  value: fc.constant(null),
  headers: foreignHeaders,
  timestamp: fc.oneof(fc.integer(), fc.constantFrom(-1, 8.64e15, Number.NaN)),
})

/** Whatever a handler throws. */
const thrown = fc.oneof(fc.constant(new RangeError('no')), fc.anything())

test('of whatever record others write, and whatever is thrown, the entry can be written and read', async () => {
  const registry = memoryRegistry()
  const schemaId = await registry.register('billing.audit-value', auditSchema)
  const encode = auditEncoder({ topic: 'billing.audit', instance: 'i-1', schemaId, maxBytes: 100_000 })
  const decode = auditDecoder(registry)
  await fc.assert(
    fc.asyncProperty(record, thrown, fc.boolean(), async (each, error, failed) => {
      const envelope = openEnvelope(each)
      const delivery = { envelope, route: undefined, data: undefined, undeliverable: undefined, chain: '', tries: 0 }
      const outcome = failed ? ('deadLettered' as const) : ('handled' as const)
      const entry = handledEntry({ delivery, outcome, tries: 1, startedAt: 1, seconds: 0.000_25, ...(failed && { error }) })
      expect(entry).toMatchObject({ topic: each.topic, partition: each.partition, offset: Number(each.offset), durationUs: 250 })

      const audit = { endpoint: 'billing', instance: 'i-1', at: 2, lane: null, messages: [entry], heartbeat: null }
      const [written] = encode(audit)
      const [read] = (await decode({ value: written?.value ?? null })).messages
      // What is no text in UTF-8 is read with a sign for it.
      expect(read).toEqual(JSON.parse(Buffer.from(JSON.stringify(wellFormed(entry))).toString()))
    }),
  )
})

const wellFormed = (entry: object) =>
  Object.fromEntries(
    Object.entries(entry).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === 'string' ? value.toWellFormed() : value,
    ]),
  )
