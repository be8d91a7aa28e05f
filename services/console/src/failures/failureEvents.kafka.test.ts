import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../../../../test/support/eventually.ts'
import { anAudit, anEntry } from '../../../../test/support/audits.ts'
import { type ConsoleSystem, consoleSystem } from '../testing/consoleSystem.ts'
import { thrown } from '../testing/failingEndpoint.ts'
import { tellAudits } from '../testing/tellAudits.ts'

let shop: ConsoleSystem
beforeAll(async () => void (shop = await consoleSystem()))
afterAll(() => shop[Symbol.asyncDispose]())

interface ShownEvent {
  readonly kind: string
  readonly endpoint: string | null
  readonly text: string
  readonly link: string
}

const events = async (kind: string, place = ''): Promise<ShownEvent[]> => {
  const { items } = await shop.get<{ items: ShownEvent[] }>('/api/events')
  return items.filter((event) => event.kind === kind && event.text.includes(place))
}

const failureOf = (id: string) =>
  eventually(async () => {
    const { items } = await shop.get<{ items: { id: string; groupId: string; state: string }[] }>(`/api/failures?q=${id}`)
    const [found] = items
    if (found === undefined) throw new Error(`${id} is not there yet`)
    return found
  })

test('that messages begin to fail in a new way is an event, and that more of them fail is none', async () => {
  await shop.fail([{ id: 'first' }, { id: 'second' }], thrown('The till is closed', 'till.ts:7'))
  const { groupId } = await failureOf('second')
  await shop.fail([{ id: 'third' }], thrown('The till is closed', 'till.ts:7'))
  await failureOf('third')
  expect(await events('failures-new', 'till.ts:7')).toEqual([
    expect.objectContaining({
      endpoint: 'billing',
      text: 'billing: Unrecoverable: The till is closed (till.ts:7)',
      link: `/failures?by=error&group=${groupId}`,
    }),
  ])
})

test('a group that was dealt with and fails again is an event again', async () => {
  const error = thrown('The drawer is stuck', 'drawer.ts:3')
  await shop.fail([{ id: 'one' }], error)
  const { id } = await failureOf('one')
  await shop.send('POST', '/api/archive', { ids: [id] })
  await eventually(async () => expect((await failureOf('one')).state).toBe('archived'))
  await shop.fail([{ id: 'another' }], error)
  await failureOf('another')
  expect(await events('failures-new', 'drawer.ts:3')).toHaveLength(2)
})

test('that a replay is done is an event', async () => {
  await shop.fail([{ id: 'again' }], thrown('Out of paper', 'paper.ts:1'))
  const { id } = await failureOf('again')
  expect((await shop.send('POST', '/api/replays', { ids: [id] })).status).toBe(202)
  await eventually(async () => expect(await events('replay-done')).toMatchObject([{ text: 'Replay by local: 1 sent' }]))
})

test('a record that nobody can read is left out, and is one event for its topic', async () => {
  const { broker } = shop.console.context
  const topic = `${shop.prefix}billing.audit`
  await broker.publish(['x', 'y'].map((text) => ({ topic, key: 'k', value: Buffer.from(text), headers: {} })))
  await eventually(async () => expect(await events('undecodable', topic)).toHaveLength(1))
  await shop.confirm([{ id: 'later', replayOf: null }])
  await eventually(async () => {
    const { items } = await shop.get<{ items: object[] }>('/api/conversations?q=c-later')
    expect(items, 'what comes after it is read').toHaveLength(1)
  })
})

test('the tries before a message was given up are in its history', async () => {
  const about = { id: 'tried', source: 'sales', topic: `${shop.prefix}sales.order-placed`, outcome: 'retried' as const }
  const [first, second] = [Date.now() - 20_000, Date.now() - 10_000]
  const again = { ...about, topic: `${shop.prefix}billing.retry.2s`, attempt: 6 }
  await tellAudits(shop.console, [
    anAudit({ at: first, messages: [anEntry({ ...about, attempt: 3, errorType: 'TypeError' })] }),
    anAudit({
      at: second,
      messages: [anEntry({ ...again, errorType: 'RangeError' }), anEntry({ id: 'another', source: 'sales' })],
    }),
    anAudit({ endpoint: 'sales', at: second, messages: [anEntry(about)] }),
  ])
  await shop.fail([{ id: 'tried' }])
  const { id } = await failureOf('tried')
  await eventually(async () => {
    const { history } = await shop.get<{ history: { what: string; attempt: number | null; detail: string | null }[] }>(
      `/api/failures/${id}`,
    )
    expect(history.filter(({ what }) => what === 'failed').map(({ attempt, detail }) => [attempt, detail])).toEqual([
      [3, 'TypeError'],
      [6, 'RangeError'],
    ])
  })
})
