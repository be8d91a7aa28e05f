import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { OutgoingRecord, RecordHeaders } from '../broker/port.ts'
import { headerText } from '../headers.ts'
import { listFailures } from './failures.ts'
import { replay } from './replay.ts'
import { all, type FailingBilling, failingBilling } from './testing/failingEndpoint.ts'

const by = 'a test'
const body = Buffer.alloc(5_000, 'body')
const sha256 = createHash('sha256').update(body).digest('hex')
const original = 'p.sales.order-placed'

const openIds = async ({ broker }: FailingBilling) =>
  (await listFailures({ admin: broker.admin, prefix: 'p.' })).map(({ id }) => id)
const replayed = ({ broker }: FailingBilling) => all(broker.admin.read('p.billing.replay'))

/** A message in its topic, and the dead letter that its body did not fit into. */
async function park(billing: FailingBilling, id: string, headers: RecordHeaders = {}): Promise<void> {
  const { broker } = billing
  const before = (await broker.admin.offsets(original)).find(({ partition }) => partition === 2)?.latest ?? 0n
  await broker.publish([{ topic: original, key: null, value: body, partition: 2, headers: { ce_id: id, ce_source: 'sales' } }])
  await broker.publish([parked(id, String(before), headers)])
}

const parked = (id: string, offset: string, headers: RecordHeaders = {}): OutgoingRecord => ({
  topic: 'p.billing.dlt',
  key: 'order-1',
  value: null,
  headers: {
    ce_id: id,
    ce_source: 'sales',
    'petrel-original-topic': original,
    'petrel-original-partition': '2',
    'petrel-original-offset': offset,
    'petrel-body-bytes': String(body.length),
    'petrel-body-sha256': sha256,
    'petrel-error-message': 'The till is closed',
    ...headers,
  },
})

describe('a body that did not fit into the dead letter topic', () => {
  test('is named in the list: how large it is, and where', async () => {
    const billing = await failingBilling()
    await park(billing, 'm-1')
    const [failure] = await listFailures({ admin: billing.broker.admin, prefix: 'p.' })
    expect(failure).toMatchObject({
      id: 'm-1',
      leftOutBody: { bytes: 5_000, sha256 },
      original: { topic: original, offset: '0' },
    })
  })

  test('is fetched from the original record when the message is sent back', async () => {
    const billing = await failingBilling()
    await park(billing, 'm-1')
    await park(billing, 'm-2')
    expect(await replay({ endpoint: 'billing', by }, billing)).toMatchObject({ replayed: 2, unsendable: [] })
    expect((await replayed(billing)).map(({ value }) => value)).toEqual([body, body])
    const [record] = await replayed(billing)
    expect(Object.keys(record?.headers ?? {})).not.toContain('petrel-body-bytes')
    expect(await openIds(billing)).toEqual([])
  })

  const lost: [string, (billing: FailingBilling) => Promise<void>, RegExp][] = [
    [
      'was deleted by retention',
      (billing) => billing.broker.publish([parked('m-2', '99')]),
      /did not fit into p\.billing\.dlt, and its record p\.sales\.order-placed\/2\/99 is gone/,
    ],
    [
      'is another record now',
      (billing) => park(billing, 'm-2', { 'petrel-body-sha256': 'other' }),
      /\/2\/1 is another record now/,
    ],
    [
      'was in a topic that is gone',
      (billing) => billing.broker.publish([parked('m-2', '0', { 'petrel-original-topic': 'p.old.topic' })]),
      /the topic of p\.old\.topic\/2\/0 is gone/,
    ],
    [
      'was never in a topic',
      (billing) => billing.broker.publish([parked('m-2', '0', { 'petrel-original-topic': '' })]),
      /it was in no other topic/,
    ],
  ]
  test.for(lost)('that %s keeps its message waiting, with the reason; the others are sent', async ([, lose, reason]) => {
    const billing = await failingBilling()
    await park(billing, 'm-1')
    await lose(billing)
    await billing.receive('m-3', { headers: { ce_source: 'sales' } })

    const report = await replay({ endpoint: 'billing', by }, billing)
    expect(report).toMatchObject({ replayed: 2, unsendable: [{ id: 'm-2', source: 'sales' }] })
    expect(report.unsendable[0]?.reason).toMatch(/^Its body of 5000 bytes/)
    expect(report.unsendable[0]?.reason).toMatch(reason)
    expect(await openIds(billing)).toEqual(['m-2'])
  })
})

/** Somebody gave the replay topic a smaller limit than the dead letter topic has. */
async function billingWithSmallReplayTopic(): Promise<FailingBilling> {
  const billing = await failingBilling()
  await billing.broker.admin.deleteTopics(['p.billing.replay'])
  await billing.broker.admin.createTopics([{ topic: 'p.billing.replay', partitions: 3, config: { 'max.message.bytes': '1000' } }])
  return billing
}

describe('a record that Kafka refuses', () => {
  test('is named with what to do, and the others of its step are sent', async () => {
    const billing = await billingWithSmallReplayTopic()
    for (const id of ['m-1', 'm-2', 'm-3']) {
      if (id === 'm-2') await park(billing, id)
      else await billing.receive(id)
    }
    const report = await replay({ endpoint: 'billing', by }, billing)
    expect(report).toMatchObject({ replayed: 2, unsendable: [{ id: 'm-2', source: 'sales' }] })
    expect(report.unsendable[0]?.reason).toMatch(
      /^Topic p\.billing\.replay refused a record of about 5\d\d\d bytes .* raise max\.message\.bytes of p\.billing\.replay and replay it; otherwise discard it\.$/,
    )
    expect(new Set((await replayed(billing)).map(({ headers }) => headerText(headers, 'ce_id')))).toEqual(new Set(['m-1', 'm-3']))
    expect(await openIds(billing)).toEqual(['m-2'])
  })
})

const refused = (id: string, topic: string, value = Buffer.from('small')): OutgoingRecord => ({
  topic: 'p.billing.dlt',
  key: 'order-1',
  value,
  headers: {
    ce_id: id,
    ce_source: 'billing',
    ce_type: 'billing.OrderBilled',
    'petrel-refused-by': topic,
    'petrel-attempts': '1',
  },
})

describe("an endpoint's own message that its topic refused", () => {
  test('is sent to that topic, as a message like any other', async () => {
    const billing = await failingBilling()
    await billing.broker.publish([refused('m-1', 'p.billing.order-billed')])
    const [failure] = await listFailures({ admin: billing.broker.admin, prefix: 'p.' })
    expect(failure).toMatchObject({ id: 'm-1', refusedBy: 'p.billing.order-billed' })

    expect(await replay({ endpoint: 'billing', by }, billing)).toMatchObject({ replayed: 1, unsendable: [] })
    expect(await replayed(billing)).toEqual([])
    const [sent] = await all(billing.broker.admin.read('p.billing.order-billed'))
    expect(sent?.value?.toString()).toBe('small')
    expect(Object.keys(sent?.headers ?? {}).toSorted()).toEqual(['ce_id', 'ce_source', 'ce_type'])
    expect(await openIds(billing)).toEqual([])
  })

  test('that is refused again, or whose topic is gone, still waits; the others are sent', async () => {
    const billing = await failingBilling()
    await billing.broker.publish([
      refused('m-1', 'p.billing.order-billed', Buffer.alloc(1_200_000)),
      refused('m-2', 'p.gone.topic'),
      refused('m-3', 'p.billing.order-billed'),
    ])
    const report = await replay({ endpoint: 'billing', by }, billing)
    expect(report.replayed).toBe(1)
    expect(Object.fromEntries(report.unsendable.map(({ id, reason }) => [id, reason]))).toEqual({
      'm-1': expect.stringMatching(/^Topic p\.billing\.order-billed refused/),
      'm-2': expect.stringMatching(/^It was to go to p\.gone\.topic, which does not exist/),
    })
    expect(await openIds(billing)).toEqual(['m-1', 'm-2'])
  })
})
