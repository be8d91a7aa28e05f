import { endpoint } from '@petrel/messaging'
import { deployAll, dltTopic } from '@petrel/messaging/operations'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../../../../test/support/eventually.ts'
import type { Failure } from '../failures/list.ts'
import { type ConsoleSystem, consoleSystem } from '../testing/consoleSystem.ts'
import { billing, deadLetter, messageRecord } from '../testing/failingEndpoint.ts'

let shop: ConsoleSystem
beforeAll(async () => void (shop = await consoleSystem()))
afterAll(() => shop[Symbol.asyncDispose]())

const failuresLike = async (q: string, api: Pick<ConsoleSystem, 'get'> = shop) =>
  (await api.get<{ items: Failure[] }>(`/api/failures?limit=200&q=${q}`)).items

test('what fails at an endpoint that was deployed later is there, without a restart', async () => {
  const { broker, registry } = shop.console.context
  const fraudCheck = endpoint({ name: 'fraud-check', handlers: billing.handlers.slice(0, 1), partitions: 3 })
  await deployAll([{ endpoint: fraudCheck }], { admin: broker.admin, registry, prefix: shop.prefix })
  const letter = deadLetter(shop.prefix, messageRecord(shop.prefix, 1, { id: 'later-1' }))
  await broker.publish([{ ...letter, topic: shop.prefix + dltTopic('fraud-check') }])
  await eventually(async () =>
    expect(await failuresLike('later')).toMatchObject([{ endpoint: 'fraud-check', messageId: 'later-1' }]),
  )
})

test('a browser hears in any instance what was read or done in another one', async () => {
  const other = await shop.startProcess()
  const heard: string[] = []
  const ended = new AbortController()
  const { access: _, ...before } = await other.api.get<{ access: object; unresolved: number }>('/api/summary')
  const stream = await fetch(other.url + '/api/events', { headers: { accept: 'text/event-stream' }, signal: ended.signal })
  expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/)
  const reading = (async () => {
    for await (const chunk of stream.body ?? []) heard.push(Buffer.from(chunk).toString())
  })().catch(() => undefined)
  await shop.fail([{ id: 'told-1' }])
  await eventually(() =>
    expect(heard.join('')).toMatch(/event: summary\n[^]*event: failures\n|event: failures\n[^]*event: summary\n/),
  )
  await eventually(async () => expect(await other.api.get('/api/summary')).toMatchObject({ unresolved: before.unresolved + 1 }))

  const [told] = await failuresLike('told')
  await shop.send('POST', '/api/replays', { ids: [told?.id] })
  await eventually(() =>
    expect(heard.join('')).toMatch(/event: replay\ndata: \{"replayId":"[-0-9a-f]+","state":"done","total":1,"sent":1/),
  )
  ended.abort()
  await reading
  await other.process.stop()
})

test('a body that is too large to be kept is read in its topic, to be shown and to be sent back', async () => {
  const value = Buffer.alloc(400_000, 'tea')
  await shop.fail([{ id: 'large-1', value }])
  const [large] = await eventually(async () => {
    const found = await failuresLike('large')
    expect(found).toHaveLength(1)
    return found
  })
  const { rows } = await shop.console.context.pool.query('select value, value_bytes from letter where failure_id = $1', [
    large?.id,
  ])
  expect(rows).toEqual([{ value: null, value_bytes: value.length }])
  const detail = await shop.get<{ bodyHex: string }>(`/api/failures/${large?.id}?unmasked=true`)
  expect(detail.bodyHex).toBe(value.toString('hex'))

  await shop.send('POST', '/api/replays', { ids: [large?.id] })
  await eventually(async () => {
    for await (const record of shop.console.context.broker.admin.read(`${shop.prefix}billing.replay`))
      if (String(record.headers['ce_id']) === 'large-1') return expect(record.value?.equals(value)).toBe(true)
    throw new Error('It was not sent back')
  })
})

const everything = ({ get }: Pick<ConsoleSystem, 'get'>) => get<object[]>('/api/failures.json')

test('reading everything again from the beginning changes nothing', async () => {
  await shop.fail(Array.from({ length: 30 }, (_, number) => ({ id: `again-${number}` })))
  await eventually(async () => expect(await failuresLike('again')).toHaveLength(30))
  const [first] = await failuresLike('again')
  await shop.send('POST', '/api/archive', { ids: [first?.id] })
  const before = await eventually(async () => {
    const all = await everything(shop)
    expect(all).toContainEqual(expect.objectContaining({ id: first?.id, state: 'archived' }))
    return all
  })
  await shop.console.close()

  const group = `${shop.prefix}petrel-console`
  await shop.withBroker(async ({ admin }) => {
    await eventually(async () => expect(await admin.deleteGroups([group])).toEqual([group]))
    const other = await shop.startProcess()
    const topics = [`${shop.prefix}billing.dlt`, `${shop.prefix}billing.replayed`]
    await eventually(async () => {
      for (const topic of topics) {
        const committed = new Map((await admin.committed(group, [topic])).map(({ partition, offset }) => [partition, offset]))
        for (const { partition, latest } of await admin.offsets(topic))
          if (latest > 0n) expect([topic, partition, committed.get(partition)]).toEqual([topic, partition, latest])
      }
    })
    expect(await everything(other.api)).toEqual(before)
  })
})
