import * as fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import type { OutgoingRecord, RecordHeaders } from '../broker/port.ts'
import { ce, failure } from '../headers.ts'
import { billing, placed } from './testing/billing.ts'
import { bills } from './testing/messages.ts'
import { foreignHeaders, foreignValue } from './testing/foreignRecords.ts'
import { type TestSystem, testSystem } from './testing/testSystem.ts'
import { untilIdle, until, useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

const topic = 'sales.order-placed'
const billed = ({ store }: TestSystem) => store.rows(bills).map(({ number }) => Number(number))

/** Publishes a valid message with more headers. */
async function publishWith(system: TestSystem, number: number, headers: RecordHeaders): Promise<void> {
  await system.publish({ message: placed(number), headers })
}

const nothing = null as never

describe('a record with odd headers', () => {
  const names = [...Object.values(ce), ...Object.values(failure)]
  test.each([
    ...names.map((name) => ({ what: `a null ${name}`, headers: { [name]: nothing } })),
    ...names.map((name) => ({ what: `an empty ${name}`, headers: { [name]: '' } })),
    ...names.map((name) => ({ what: `a repeated ${name}`, headers: { [name]: [nothing, Buffer.from('x'), ''] as never } })),
    ...['constructor', 'toString', '__proto__', 'hasOwnProperty', ''].map((name) => ({
      what: `a header named "${name}"`,
      headers: Object.defineProperty({}, name, { value: 'x', enumerable: true }) as RecordHeaders,
    })),
  ])('a record with $what does not stop its lane', async ({ headers }) => {
    const { endpoint } = billing((_, __, run) => {
      if (run === 1) throw new Error('once')
    })
    const system = await testSystem(endpoint)
    await system.start()
    await system.publish(placed(1))
    await publishWith(system, 2, headers)
    await system.publish(placed(3))
    await system.settled()
    const dead = await system.records('billing.dlt')
    expect(billed(system)).toEqual(dead.length === 0 ? [1, 2, 3] : [1, 3])
    expect(await system.lag('billing')).toBe(0n)
  })
})

test('among any foreign records every message of ours is handled, and only foreign records become dead letters', async () => {
  const foreign = fc.record({ headers: foreignHeaders, value: foreignValue, key: fc.option(fc.uint8Array({ maxLength: 40 })) })
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(foreign, fc.constant('ours' as const)), { minLength: 1, maxLength: 60 }),
      async (records) => {
        vi.clearAllTimers()
        const { endpoint } = billing(undefined, { partitions: 2, recoverability: { delayed: ['2s'] } })
        const system = await testSystem(endpoint)
        await system.start()
        let ours = 0
        let theirs = 0
        for (const record of records) {
          if (record === 'ours') await system.publish(placed(ours++))
          else {
            theirs += 1
            await system.broker.publish([asRecord(record)])
          }
        }
        await system.settled()
        const [handled, dead] = [billed(system), await system.records('billing.dlt')]
        // One of theirs can be a valid message by chance, with any number.
        expect(handled).toEqual(expect.arrayContaining(Array.from({ length: ours }, (_, number) => number)))
        expect(dead.length).toBeLessThanOrEqual(theirs)
        expect(await system.lag('billing')).toBe(0n)
        expect(await system.lag('billing.retry')).toBe(0n)
        await system.close()
      },
    ),
    { numRuns: 60 },
  )
})

function asRecord({
  headers,
  value,
  key,
}: {
  headers: RecordHeaders
  value: Buffer | null
  key: Uint8Array | null
}): OutgoingRecord {
  return { topic, key: key === null ? null : Buffer.from(key), value, headers }
}

describe('a record with an unknown schema', () => {
  test('a record with a schema that the registry does not know yet is tried again later, and handled once it does', async () => {
    const { endpoint } = billing()
    const system = await testSystem(endpoint)
    await system.publish(placed(1))
    system.hideSchemas(true)
    await system.start()
    await untilIdle()
    expect(await system.ids('billing.retry.2s')).toHaveLength(1)
    expect(await system.ids('billing.dlt')).toEqual([])
    system.hideSchemas(false)
    await system.settled()
    expect(billed(system)).toEqual([1])
  })

  test('a record with a schema that the registry never knows becomes a dead letter after its delayed retries', async () => {
    const { endpoint } = billing()
    const system = await testSystem(endpoint)
    const value = Buffer.from([0, 0, 0, 3, 231, 2, 97, 2])
    await system.broker.publish([{ topic, key: 'a', value, headers: { ce_id: 'm-1' } }])
    await system.start()
    await until('it waits for a person', async () => (await system.ids('billing.dlt')).length === 1)
    expect(await system.ids('billing.retry.8s')).toEqual(['m-1'])
  })
})
