import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { identityKey } from '../identity.ts'
import { type Broker, BrokerUnavailable, type BrokerRecord } from '../broker/port.ts'
import { headerText } from '../headers.ts'
import { discard } from './discard.ts'
import { type Failure, listFailures } from './failures.ts'
import { replay } from './replay.ts'
import { all, type FailingBilling, failingBilling } from './testing/failingEndpoint.ts'

const by = 'a test'
const nothing = { replayed: 0, already: [], discarded: [], unknown: [], shared: [], unsendable: [] }
const openIds = async ({ broker, prefix }: FailingBilling) =>
  (await listFailures({ admin: broker.admin, prefix }, 'billing')).map(({ id }) => id)

/** Dies after it has sent the dead letters, before it has marked them. */
const dyingBeforeTheMark = (broker: Broker): Broker => ({
  ...broker,
  publish: async (records) => {
    if (records.some(({ topic }) => topic.endsWith('.replayed'))) throw new BrokerUnavailable('Killed, as the test wished')
    await broker.publish(records)
  },
})

async function lastReplayed({ broker }: FailingBilling): Promise<BrokerRecord | undefined> {
  return (await all(broker.admin.read('p.billing.replay'))).at(-1)
}

describe('a replay', () => {
  test('sends all that wait, once: the second time there is nothing to send', async () => {
    const billing = await failingBilling()
    for (const id of ['m-1', 'm-2', 'm-3']) await billing.receive(id)
    billing.error = undefined

    expect(await replay({ endpoint: 'billing', by }, billing)).toEqual({ ...nothing, replayed: 3 })
    expect(await openIds(billing)).toEqual([])
    expect(await replay({ endpoint: 'billing', by }, billing)).toEqual(nothing)
    expect(await billing.handleReplayed()).toBe(3)
    expect(billing.handled).toEqual(['m-1', 'm-2', 'm-3'])
  })

  test('of one leaves the others, and says of each id why it could not be sent', async () => {
    const billing = await failingBilling()
    for (const id of ['m-1', 'm-2']) await billing.receive(id)

    expect(await replay({ endpoint: 'billing', ids: ['m-2'], by }, billing)).toMatchObject({ replayed: 1 })
    expect(await openIds(billing)).toEqual(['m-1'])
    expect(await replay({ endpoint: 'billing', ids: ['m-2', 'm-9'], by }, billing)).toEqual({
      ...nothing,
      already: ['m-2'],
      unknown: ['m-9'],
    })
  })

  test('keeps body, key, message id, foreign headers and origin, and forgets the failure', async () => {
    const billing = await failingBilling()
    const foreign = { 'x-bytes': Buffer.from([0, 255]), 'x-twice': ['one', 'two'], traceparent: '00-1-2-01' }
    await billing.receive('m-1', { key: 'order-ü', headers: foreign })
    await replay({ endpoint: 'billing', by }, billing)

    const record = await lastReplayed(billing)
    const [original] = await all(billing.broker.admin.read('p.sales.order-placed'))
    expect(record?.key).toEqual(original?.key)
    expect(record?.value).toEqual(original?.value)
    expect(record?.partition).toBe(original?.partition)
    expect(Object.keys(record?.headers ?? {}).toSorted()).toEqual([
      'ce_id',
      'ce_type',
      'petrel-endpoint',
      'petrel-original-offset',
      'petrel-original-partition',
      'petrel-original-timestamp',
      'petrel-original-topic',
      'petrel-replay-of',
      'traceparent',
      'x-bytes',
      'x-twice',
    ])
    expect(record?.headers).toMatchObject(original?.headers ?? {})
    expect(headerText(record?.headers ?? {}, 'petrel-replay-of')).toBe('p.billing.dlt/0/0')
  })

  test('that fails again is open again, with the newest error and the time of the first', async () => {
    const billing = await failingBilling()
    await billing.receive('m-1')
    const [before] = await listFailures({ admin: billing.broker.admin, prefix: 'p.' })
    await replay({ endpoint: 'billing', by }, billing)
    billing.error = 'The till is empty'
    await billing.handleReplayed()

    const [after, ...others] = await listFailures({ admin: billing.broker.admin, prefix: 'p.' })
    expect(others).toEqual([])
    expect(after).toMatchObject({ id: 'm-1', errorMessage: 'The till is empty', firstFailedAt: before?.firstFailedAt })
    expect(after?.deadLetter.offset).toBe('1')
    expect(after?.original).toEqual(before?.original)
  })

  test('says how far it is', async () => {
    const billing = await failingBilling()
    for (let index = 0; index < 120; index += 1) await billing.receive(`m-${index}`)
    const steps: string[] = []
    await replay({ endpoint: 'billing', by, onProgress: (done, total) => void steps.push(`${done}/${total}`) }, billing)
    expect(steps).toEqual(['100/120', '120/120'])
  })

  test('of an endpoint that was never deployed says what to run', async () => {
    const billing = await failingBilling()
    await expect(replay({ endpoint: 'stock', by }, billing)).rejects.toThrow(/petrel deploy stock/)
  })
})

describe('a replay that was killed between sending and marking', () => {
  test('can be run again: the second copies change nothing', async () => {
    const billing = await failingBilling()
    for (const id of ['m-1', 'm-2']) await billing.receive(id)
    billing.error = undefined
    const dying = { broker: dyingBeforeTheMark(billing.broker), prefix: 'p.' }
    await expect(replay({ endpoint: 'billing', by }, dying)).rejects.toThrow('Killed')
    await replay({ endpoint: 'billing', by }, billing)

    expect(await billing.handleReplayed()).toBe(4)
    expect(billing.handled).toEqual(['m-1', 'm-2'])
    expect(await openIds(billing)).toEqual([])
  })

  test('counts as replayed when its message has failed again', async () => {
    const billing = await failingBilling()
    await billing.receive('m-1')
    const dying = { broker: dyingBeforeTheMark(billing.broker), prefix: 'p.' }
    await expect(replay({ endpoint: 'billing', by }, dying)).rejects.toThrow('Killed')
    await billing.handleReplayed()

    expect(await openIds(billing)).toEqual(['m-1'])
    expect(await replay({ endpoint: 'billing', by }, billing)).toMatchObject({ replayed: 1 })
    expect(headerText((await lastReplayed(billing))?.headers ?? {}, 'petrel-replay-of')).toBe('p.billing.dlt/0/1')
    expect(await openIds(billing)).toEqual([])
  })
})

describe('two replays at once', () => {
  test('handle each message once', async () => {
    const billing = await failingBilling()
    for (const id of ['m-1', 'm-2']) await billing.receive(id)
    billing.error = undefined
    await Promise.all([replay({ endpoint: 'billing', by }, billing), replay({ endpoint: 'billing', by }, billing)])
    await billing.handleReplayed()
    expect(billing.handled.toSorted()).toEqual(['m-1', 'm-2'])
    expect(await openIds(billing)).toEqual([])
  })

  test('that both fail again are one failure', async () => {
    const billing = await failingBilling()
    await billing.receive('m-1', { times: 2 })
    const dying = { broker: dyingBeforeTheMark(billing.broker), prefix: 'p.' }
    await expect(replay({ endpoint: 'billing', by }, dying)).rejects.toThrow('Killed')
    await replay({ endpoint: 'billing', by }, billing)
    expect(await billing.handleReplayed()).toBe(2)

    expect(await openIds(billing)).toEqual(['m-1'])
    await replay({ endpoint: 'billing', by }, billing)
    expect(await openIds(billing)).toEqual([])
  })
})

const id = fc.constantFrom('m-1', 'm-2', 'm-3')
const source = fc.constantFrom('sales', 'shop')
const some = fc.record({ ids: fc.option(fc.uniqueArray(id), { nil: undefined }), source: fc.option(source, { nil: undefined }) })
const happening = fc.oneof(
  fc.record({ what: fc.constant('receive' as const), id, source, times: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ what: fc.constant('replay' as const), some }),
  fc.record({ what: fc.constant('discard' as const), some }),
  fc.record({ what: fc.constant('replay and die' as const) }),
  fc.record({ what: fc.constant('handle what was replayed' as const) }),
  fc.record({ what: fc.constant('break' as const) }),
  fc.record({ what: fc.constant('mend' as const) }),
)
type Happening = typeof happening extends fc.Arbitrary<infer E> ? E : never

const meant = ({ ids, source: only }: typeof some extends fc.Arbitrary<infer S> ? S : never) => ({
  ...(ids !== undefined && { ids }),
  ...(only !== undefined && { source: only }),
})

async function happen(billing: FailingBilling, event: Happening) {
  switch (event.what) {
    case 'receive':
      return billing.receive(event.id, { times: event.times, headers: { ce_source: event.source } })
    case 'replay':
      return replay({ endpoint: 'billing', by, ...meant(event.some) }, billing)
    case 'discard':
      return discard({ endpoint: 'billing', by, reason: 'The test wants it', ...meant(event.some) }, billing)
    case 'replay and die':
      return replay({ endpoint: 'billing', by }, { broker: dyingBeforeTheMark(billing.broker), prefix: 'p.' }).catch(() => {})
    case 'handle what was replayed':
      return billing.handleReplayed()
    case 'break':
      return void (billing.error = 'Broken')
    case 'mend':
      return void (billing.error = undefined)
  }
}

const keyOf = (source: string, id: string) => identityKey({ source, id, formerId: id })

const messages = (failures: readonly Failure[]) => failures.map(({ source, id }) => keyOf(source, id))
const failuresOf = ({ broker, prefix }: FailingBilling) =>
  listFailures({ admin: broker.admin, prefix }, 'billing', { withDiscarded: true })

test('whatever happened: no failure is lost, none is listed twice or sent twice without a death, and mending and replaying handles each message once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 25 }), async (history) => {
      const billing = await failingBilling()
      const received = new Set<string>()
      for (const event of history) {
        if (event.what === 'receive') received.add(keyOf(event.source, event.id))
        await happen(billing, event)
      }
      await billing.handleReplayed()
      const deaths = history.filter(({ what }) => what === 'replay and die').length
      const copies = Map.groupBy(await all(billing.broker.admin.read('p.billing.replay')), ({ headers }) =>
        headerText(headers, 'petrel-replay-of'),
      )
      expect(Math.max(0, ...[...copies.values()].map((each) => each.length))).toBeLessThanOrEqual(1 + deaths)

      const listed = messages(await failuresOf(billing))
      expect(new Set(listed).size).toBe(listed.length)
      expect([...received].filter((each) => !billing.inbox.has(each) && !listed.includes(each))).toEqual([])

      billing.error = undefined
      await replay({ endpoint: 'billing', by }, billing)
      await billing.handleReplayed()
      expect(billing.handled).toHaveLength(billing.inbox.size)
      const discarded = messages(await failuresOf(billing)).filter((each) => !billing.inbox.has(each))
      expect([...billing.inbox, ...discarded].toSorted()).toEqual([...received].toSorted())
      expect(await openIds(billing)).toEqual([])
      expect(await replay({ endpoint: 'billing', by }, billing)).toMatchObject({ replayed: 0 })
    }),
    { numRuns: 300 },
  )
}, 60_000)
