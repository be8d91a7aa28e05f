import type { BrokerRecord } from '@petrel/messaging/operations'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../../../../test/support/eventually.ts'
import type { FailureDetail } from '../failures/detail.ts'
import type { FailureGroup } from '../failures/groups.ts'
import type { Failure } from '../failures/list.ts'
import { type ConsoleSystem, consoleSystem } from '../testing/consoleSystem.ts'
import { type Recorded, recorded } from './testing/recorded.ts'
import { origins, withPrefix, writeRecorded } from './testing/writeRecorded.ts'

let shop: ConsoleSystem
beforeAll(async () => void (shop = await consoleSystem()))
afterAll(() => shop[Symbol.asyncDispose]())

const write = (by: Recorded) => writeRecorded(by, shop.console.context.broker, shop.prefix)

/** What they wrote when they had failed again at what the console had sent. Where that was from they had only passed on. */
async function writeAgain(by: Recorded, sent: readonly BrokerRecord[]): Promise<void> {
  const letters = recorded(`${by}Again`).map((record) => {
    const mine = sent.find(({ key }) => key?.toString() === record.key?.toString())
    const ofPetrel = Object.entries(mine?.headers ?? {}).filter(([name]) => name.startsWith('petrel-'))
    const letter = withPrefix(shop.prefix, record)
    return { ...letter, headers: { ...letter.headers, ...Object.fromEntries(ofPetrel) } }
  })
  await shop.console.context.broker.publish(letters)
}

const list = (query: string) => shop.get<{ total: number; items: Failure[] }>(`/api/failures?${query}`)
const failuresOf = (endpoint: string, count: number, state = 'unresolved') =>
  eventually(async () => {
    const { items } = await list(`endpoint=${encodeURIComponent(endpoint)}&state=${state}`)
    expect(items).toHaveLength(count)
    return items
  })
const post = async <T>(path: string, body: object): Promise<T> => (await (await shop.send('POST', path, body)).json()) as T

async function recordsOf(topic: string): Promise<BrokerRecord[]> {
  const found: BrokerRecord[] = []
  for await (const record of shop.console.context.broker.admin.read(shop.prefix + topic)) found.push(record)
  return found
}

test('dead letters of Spring Kafka are grouped by the place in the code, and found by what is in their JSON', async () => {
  await write('springKafka')
  const failures = await failuresOf('spring-sales', 3)
  expect(failures.map(({ foreign }) => foreign)).toEqual(['spring', 'spring', 'spring'])
  const { items: groups } = await shop.get<{ items: FailureGroup[] }>('/api/groups?endpoint=spring-sales')
  expect(groups).toMatchObject([
    { title: 'java.lang.IllegalStateException at OrderService.java:21', count: 2 },
    { errorType: 'org.springframework.kafka.support.serializer.DeserializationException', count: 1 },
  ])
  const [found] = (await list('q=0191d9a0-0000-7000-8000-000000000003&endpoint=spring-sales')).items
  const detail = await shop.get<FailureDetail>(`/api/failures/${found?.id}?unmasked=true`)
  expect(detail).toMatchObject({
    type: 'sales.PlaceOrder',
    body: { customerId: 'customer-00003', seq: 3 },
    bodyProblem: null,
    original: { topic: `${shop.prefix}spring-place-order`, partition: 0, offset: '0' },
  })
})

test('a body that is neither JSON nor Avro is shown as bytes', async () => {
  const [failed] = (await list('q=DeserializationException&endpoint=spring-sales')).items
  expect(await shop.get(`/api/failures/${failed?.id}?unmasked=true`)).toMatchObject({
    body: null,
    bodyHex: Buffer.from('{ this is no order').toString('hex'),
    bodyProblem: expect.any(String),
  })
})

test('they are left out of a replay until somebody asks for the original topic, and a dry run says that all hear them again', async () => {
  const filter = { endpoint: 'spring-sales' }
  const topic = `${shop.prefix}spring-place-order`
  const to = [{ endpoint: 'spring-sales', topic, count: 3, everySubscriber: true }]
  expect(await post('/api/replays', { filter, dryRun: true })).toEqual({
    total: 0,
    leftOut: { stubborn: 0, notUnresolved: 0, foreign: 3 },
    to,
  })
  expect(await post('/api/replays', { filter, dryRun: true, toOriginalTopic: true })).toEqual({
    total: 3,
    leftOut: { stubborn: 0, notUnresolved: 0, foreign: 0 },
    to,
  })
  expect(await post('/api/replays', { filter })).toMatchObject({ total: 0, leftOut: { foreign: 3 } })
  expect(await recordsOf('spring-place-order')).toEqual([])
})

test.each([
  ['springKafka', 'spring-sales', 3],
  ['springRetryableTopic', 'spring-retry-sales', 2],
  ['kafkaConnect', 'orders-to-file', 1],
  ['watermill', 'watermill-place-order-poison', 3],
] as const)(
  'what %s gave up goes back, is the same failure when it fails again, and can be archived',
  async (by, name, count) => {
    const endpoint = name.endsWith('-poison') ? shop.prefix + name : name
    await write(by)
    const failures = await failuresOf(endpoint, count)
    const { replayId } = await post<{ replayId: string }>('/api/replays', { filter: { endpoint }, toOriginalTopic: true })
    await failuresOf(endpoint, count, 'resolved')
    const sent = await recordsOf(origins[by])
    expect(sent).toHaveLength(count)
    expect(sent.map(({ value }) => value?.toString() ?? '').toSorted()).toEqual(
      recorded(by)
        .map(({ value }) => value?.toString() ?? '')
        .toSorted(),
    )
    await eventually(async () =>
      expect(await shop.get(`/api/replays/${replayId}`)).toMatchObject({
        state: 'done',
        total: count,
        sent: count,
        resolved: count,
      }),
    )

    await writeAgain(by, sent)
    const again = await failuresOf(endpoint, count)
    expect(again.map(({ id }) => id).toSorted()).toEqual(failures.map(({ id }) => id).toSorted())
    expect(again.map(({ replays }) => replays)).toEqual(failures.map(() => 1))
    const { history } = await shop.get<FailureDetail>(`/api/failures/${again[0]?.id}`)
    expect(history.map(({ what }) => what)).toEqual(['sent', 'deadLettered', 'replayed', 'deadLettered'])

    expect(await post('/api/archive', { filter: { endpoint }, reason: 'known' })).toEqual({ changed: count })
    await failuresOf(endpoint, count, 'archived')
  },
)

test('what says nothing about itself is shown, and cannot be sent back', async () => {
  const topic = `${shop.prefix}anybody-dlq`
  const { broker } = shop.console.context
  await broker.admin.createTopics([{ topic, partitions: 1, config: {} }])
  await broker.publish([{ topic, key: 'k1', value: Buffer.from('{"a":1}'), headers: {} }])
  const [failure] = await failuresOf(topic, 1)
  expect(failure).toMatchObject({ foreign: 'other', errorType: 'Unknown' })
  const { replayId } = await post<{ replayId: string }>('/api/replays', { ids: [failure?.id], toOriginalTopic: true })
  await eventually(async () =>
    expect(await shop.get(`/api/replays/${replayId}`)).toMatchObject({
      state: 'done',
      unsendable: [{ id: failure?.id, reason: expect.stringContaining('which topic it came from') }],
    }),
  )
  await failuresOf(topic, 1)
})
