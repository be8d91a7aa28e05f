import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { discard, replay } from '@petrel/messaging/operations'
import { eventually } from '../../../../test/support/eventually.ts'
import { type ConsoleSystem, consoleSystem } from '../testing/consoleSystem.ts'
import { sales, thrown } from '../testing/failingEndpoint.ts'
import type { FailureDetail } from './detail.ts'
import type { FailureGroup } from './groups.ts'
import type { Failure } from './list.ts'

interface FailureList {
  readonly total: number
  readonly items: readonly Failure[]
  readonly next: string | null
}

let shop: ConsoleSystem
beforeAll(async () => void (shop = await consoleSystem()))
afterAll(() => shop[Symbol.asyncDispose]())

const list = (query: string) => shop.get<FailureList>(`/api/failures?${query}`)

/** The ids of all messages of a list, read so many at once. */
async function pageByPage(query: string, limit: number): Promise<string[]> {
  const seen: string[] = []
  let next: string | null = null
  do {
    const page: FailureList = await list(`${query}&limit=${limit}${next === null ? '' : `&cursor=${next}`}`)
    seen.push(...page.items.map(({ messageId }) => messageId))
    next = page.next
  } while (next !== null)
  return seen
}

/** The failure of a message, as soon as it is so. */
const failureOf = (id: string, expected: Partial<Failure> = {}): Promise<Failure> =>
  eventually(async () => {
    const { items } = await list(`q=${id}`)
    const found = items.filter(({ messageId }) => messageId === id)
    expect(found).toMatchObject([expected])
    return found[0] as Failure
  })

const infrastructure = () => ({ ...shop.console.context, admin: shop.console.context.broker.admin })

function schemaPrefix(id: number): Buffer {
  const prefix = Buffer.alloc(5)
  prefix.writeInt32BE(id, 1)
  return prefix
}

describe('what failed', () => {
  test('is there with its error, its place in the code, and its body', async () => {
    await shop.fail([{ id: 'seen-1', key: 'order-77', headers: { 'x-shop': 'corner', authorization: 'Bearer x' } }])
    const failure = await failureOf('seen-1', { state: 'unresolved', decodable: false })
    expect(failure).toMatchObject({
      endpoint: 'billing',
      source: 'sales',
      type: 'sales.OrderPlaced',
      key: 'order-77',
      errorType: 'Unrecoverable',
      errorMessage: 'The till is closed',
      frame: 'billOrder.ts:14',
      replays: 0,
    })
    const detail = await shop.get<FailureDetail>(`/api/failures/${failure.id}?unmasked=true`)
    expect(detail).toMatchObject({
      body: null,
      bodyHex: '007ffffffeff',
      bodyProblem: expect.stringContaining('Schema 2147483646 is not in the registry'),
      original: { topic: `${shop.prefix}sales.order-placed`, partition: 0 },
      deadLetter: { topic: `${shop.prefix}billing.dlt` },
      errorStack: expect.stringContaining('billOrder.ts:14:9'),
      outlivedInbox: true,
    })
    expect(detail.history.map(({ what }) => what)).toEqual(['sent', 'deadLettered'])
    expect(detail.headers).toContainEqual({ name: 'x-shop', value: 'corner', kind: 'own' })
    expect(detail.headers).toContainEqual({ name: 'authorization', value: 'Bearer x', kind: 'sensitive' })
    expect(detail.headers).toContainEqual({ name: 'ce_id', value: 'seen-1', kind: 'locked' })
  })

  test('is decoded with the schema of whoever wrote it, and found by what is in its body', async () => {
    const { registry } = shop.console.context
    const schema = { type: 'record', name: 'Note', namespace: 'test', fields: [{ name: 'text', type: 'string' }] }
    const id = await registry.register(`${shop.prefix}notes-value`, schema)
    const text = 'Marzipan-2041 für Ada'
    const value = Buffer.concat([schemaPrefix(id), Buffer.from([Buffer.byteLength(text) * 2]), Buffer.from(text)])
    await shop.fail([{ id: 'decoded-1', value }])
    const { id: failure } = await failureOf('decoded-1', { decodable: true })
    expect(await shop.get(`/api/failures/${failure}`)).toMatchObject({ body: { text }, bodyHex: null, bodyProblem: null, schema })
    for (const q of ['marzipan', 'marzipan-2041', '2041 ada', 'FÜR', 'marzi'])
      expect((await list(`q=${encodeURIComponent(q)}`)).items.map(({ messageId }) => messageId)).toEqual(['decoded-1'])
    expect((await list('q=marzipan+cake')).total).toBe(0)
  })

  test('that could not be decoded can be, and can be found, when its schema is there', async () => {
    const { registry } = shop.console.context
    // Content that a registry has seen before keeps its id.
    const schema = {
      type: 'record',
      name: 'Late',
      namespace: shop.prefix.slice(0, -1),
      fields: [{ name: 'text', type: 'string' }],
    }
    const last = await registry.register(`${shop.prefix}before-value`, { ...schema, name: 'Before' })
    const value = Buffer.concat([schemaPrefix(last + 1), Buffer.from([8]), Buffer.from('nuts')])
    await shop.fail([{ id: 'late-1', value }])
    const { id } = await failureOf('late-1', { decodable: false })
    expect(await registry.register(`${shop.prefix}late-value`, schema)).toBe(last + 1)
    await eventually(async () => expect(await shop.get(`/api/failures/${id}`)).toMatchObject({ body: { text: 'nuts' } }))
    await failureOf('late-1', { decodable: true })
    expect((await list('q=nuts')).total).toBe(1)
  })

  test('of one place in the code is one group, with a note', async () => {
    await shop.fail(
      [1, 2, 3].map((number) => ({ id: `grouped-${number}` })),
      thrown('No card for order 1', 'chargeCard.ts:3'),
    )
    await shop.fail([{ id: 'grouped-4' }], thrown('No card for order 4', 'chargeCard.ts:9'))
    await failureOf('grouped-4')
    const groups = (await shop.get<{ items: FailureGroup[] }>('/api/groups?by=error&q=grouped')).items
    expect(groups).toMatchObject([
      { title: 'Unrecoverable at chargeCard.ts:3', count: 3, states: { unresolved: 3 }, endpoint: 'billing', note: null },
      { title: 'Unrecoverable at chargeCard.ts:9', count: 1 },
    ])
    const [{ id } = { id: '' }] = groups
    expect((await list(`group=${id}`)).total).toBe(3)
    expect((await shop.send('PUT', `/api/groups/${id}/note`, { text: 'Asked the bank' })).status).toBe(204)
    expect((await shop.get<{ items: FailureGroup[] }>('/api/groups?q=grouped')).items[0]?.note).toBe('Asked the bank')
    for (const [by, title] of [
      ['type', 'sales.OrderPlaced'],
      ['endpoint', 'billing'],
      ['errorType', 'Unrecoverable'],
    ] as const) {
      const { items, total } = await shop.get<{ items: FailureGroup[]; total: number }>(`/api/groups?by=${by}&q=grouped`)
      expect({ items, total }).toMatchObject({ items: [{ title, count: 4, by }], total: 1 })
      expect((await list(`group=${encodeURIComponent(items[0]?.id ?? '')}&by=${by}&q=grouped`)).total).toBe(4)
    }
  })

  test('is read page by page, and each once', async () => {
    await shop.fail(Array.from({ length: 25 }, (_, number) => ({ id: `paged-${number}` })))
    await eventually(async () => expect((await list('q=paged')).total).toBe(25))
    const seen = await pageByPage('q=paged', 10)
    expect(seen).toHaveLength(25)
    expect(new Set(seen).size).toBe(25)
  })

  test('can be taken along as CSV and as JSON', async () => {
    await shop.fail([{ id: 'exported-1' }], thrown('=cmd("x"), or\nsomething else'))
    await failureOf('exported-1')
    const csv = await (await fetch(`${shop.console.url}/api/failures.csv?q=exported`)).text()
    expect(csv.split('\r\n')[0]).toMatch(/^id,messageId,source,/)
    expect(csv).toContain(`,"'=cmd(""x""), or\nsomething else",`)
    const [json] = await shop.get<Failure[]>('/api/failures.json?q=exported')
    expect(json).toMatchObject({ messageId: 'exported-1', state: 'unresolved' })
  })
})

const compared = <T>(one: T, other: T) => (one < other ? -1 : one > other ? 1 : 0)

const at = (time: string) => new Date(`2026-02-03T${time}:00Z`)
const tried = (times: number, ce_time: Date, more = {}) => ({
  headers: { 'petrel-attempts': String(times - 1), ce_time: ce_time.toISOString(), ...more },
})

describe('a list of what failed', () => {
  /** What each is sorted by. The first one failed twice, and the second one is on its way back. */
  const three = {
    'listed-1': {
      firstFailedAt: at('10:00'),
      lastFailedAt: at('13:00'),
      sentAt: at('09:02'),
      attempts: 5,
      replays: 0,
      endpoint: 'billing',
      errorType: 'Unrecoverable',
    },
    'listed-2': {
      firstFailedAt: at('11:00'),
      lastFailedAt: at('11:00'),
      sentAt: at('09:03'),
      attempts: 13,
      replays: 1,
      endpoint: 'sales',
      errorType: 'TypeError',
    },
    'listed-3': {
      firstFailedAt: at('12:00'),
      lastFailedAt: at('12:00'),
      sentAt: at('09:01'),
      attempts: 9,
      replays: 0,
      endpoint: 'billing',
      errorType: 'RangeError',
    },
  } as const
  type Name = keyof typeof three
  const names = Object.keys(three) as Name[]
  const failures = new Map<string, Failure>()

  beforeAll(async () => {
    const { 'listed-1': one, 'listed-2': two, 'listed-3': third } = three
    await shop.fail([{ id: 'listed-1', failedAt: one.firstFailedAt, ...tried(2, one.sentAt) }])
    await shop.fail([{ id: 'listed-1', failedAt: one.lastFailedAt, ...tried(5, one.sentAt) }])
    const placing = tried(13, two.sentAt, { ce_type: 'sales.PlaceOrder' })
    await shop.fail([{ id: 'listed-2', endpoint: sales, failedAt: two.firstFailedAt, ...placing }], new TypeError('No price'))
    const refunding = tried(9, third.sentAt, { ce_type: 'billing.RefundOrder' })
    await shop.fail([{ id: 'listed-3', failedAt: third.firstFailedAt, ...refunding }], new RangeError('Too much'))
    const [replayed, archived] = [await failureOf('listed-2'), await failureOf('listed-3')]
    expect((await shop.send('POST', '/api/replays', { ids: [replayed.id] })).status).toBe(202)
    expect((await shop.send('POST', '/api/archive', { ids: [archived.id] })).status).toBe(200)
    const states = { 'listed-1': 'unresolved', 'listed-2': 'replayRequested', 'listed-3': 'archived' } as const
    for (const name of names) {
      const { firstFailedAt, lastFailedAt, sentAt, ...same } = three[name]
      const times = { firstFailedAt, lastFailedAt, sentAt }
      const expected = { ...same, state: states[name], ...(JSON.parse(JSON.stringify(times)) as object) }
      failures.set(name, await failureOf(name, expected))
    }
  })

  test.each([
    ['from=2026-02-03T12:00:00Z', ['listed-1', 'listed-3']],
    ['to=2026-02-03T12:00:00Z', ['listed-2']],
    ['from=2026-02-03T12:00:00Z&to=2026-02-03T13:00:00Z', ['listed-3']],
    ['from=2026-02-03T13:00:00%2B01:00', ['listed-1', 'listed-3']],
    ['type=sales.OrderPlaced', ['listed-1']],
    ['errorType=TypeError', ['listed-2']],
    ['endpoint=billing', ['listed-1', 'listed-3']],
    ['state=archived', ['listed-3']],
    ['state=unresolved,replayRequested', ['listed-1', 'listed-2']],
    ['endpoint=billing&state=unresolved', ['listed-1']],
    ['endpoint=sales&errorType=RangeError', []],
  ])('is narrowed to %s, as are what one takes along and its groups', async (filter, expected) => {
    const { total, items } = await list(`q=listed&${filter}`)
    expect(items.map(({ messageId }) => messageId).toSorted()).toEqual(expected)
    expect(total).toBe(expected.length)
    const taken = await shop.get<Failure[]>(`/api/failures.json?q=listed&${filter}`)
    expect(taken.map(({ messageId }) => messageId).toSorted()).toEqual(expected)
    const groups = await shop.get<{ items: FailureGroup[] }>(`/api/groups?q=listed&${filter}`)
    expect(groups.items.reduce((sum, { count }) => sum + count, 0)).toBe(expected.length)
  })

  const sorts = ['lastFailedAt', 'firstFailedAt', 'sentAt', 'attempts', 'replays', 'endpoint', 'errorType'] as const
  test.each(sorts)('is sorted by %s, both ways, also from page to page', async (sort) => {
    // Those that have the same come by their ids.
    const byId = names.toSorted((one, other) => compared(failures.get(one)?.id ?? '', failures.get(other)?.id ?? ''))
    const up = byId.toSorted((one, other) => compared(three[one][sort], three[other][sort]))
    for (const limit of [1, 2, 3]) {
      expect(await pageByPage(`q=listed&sort=${sort}`, limit)).toEqual(up)
      expect(await pageByPage(`q=listed&sort=-${sort}`, limit)).toEqual(up.toReversed())
    }
  })
})

describe('the state of a failure', () => {
  test('is requested by a replay, resolved by the endpoint, and unresolved again when it fails again', async () => {
    await shop.fail([{ id: 'state-1' }, { id: 'state-2' }])
    const [one, two] = [await failureOf('state-1'), await failureOf('state-2')]
    const answer = await shop.send('POST', '/api/replays', { ids: [one.id, two.id] })
    expect(answer.status).toBe(202)
    const { replayId, total } = (await answer.json()) as { replayId: string; total: number }
    expect(total).toBe(2)
    await failureOf('state-1', { state: 'replayRequested', replays: 1 })
    const replayOf = await placeOf(one.id)
    await shop.confirm([{ id: 'state-1', replayOf }])
    await failureOf('state-1', { state: 'resolved' })

    await shop.fail([{ id: 'state-2', headers: { 'petrel-replay-of': await placeOf(two.id) } }], thrown('Still closed'))
    await failureOf('state-2', { state: 'unresolved', replays: 1, errorMessage: 'Still closed' })
    const detail = await shop.get<FailureDetail>(`/api/failures/${two.id}`)
    expect(detail.history.map(({ what }) => what)).toEqual(['sent', 'deadLettered', 'replayed', 'deadLettered'])
    await eventually(async () =>
      expect(await shop.get(`/api/replays/${replayId}`)).toMatchObject({
        state: 'done',
        total: 2,
        sent: 2,
        resolved: 1,
        failed: 1,
      }),
    )
  })

  test('follows what was decided at a terminal, and the other way round', async () => {
    await shop.fail(['term-1', 'term-2', 'term-3'].map((id) => ({ id })))
    await failureOf('term-3')
    const by = 'somebody at a terminal'
    expect(await discard({ endpoint: 'billing', ids: ['term-1'], by, reason: 'Invented' }, infrastructure())).toMatchObject({
      count: 1,
    })
    const archived = await failureOf('term-1', { state: 'archived' })
    const detail = await shop.get<FailureDetail>(`/api/failures/${archived.id}`)
    expect(detail.history.at(-1)).toMatchObject({ what: 'archived', by, detail: 'Invented' })
    await replay({ endpoint: 'billing', ids: ['term-2'], by }, infrastructure())
    await failureOf('term-2', { state: 'replayRequested' })

    const { id } = await failureOf('term-3')
    const answer = await shop.send('POST', '/api/archive', { ids: [id], reason: 'Not worth it' })
    expect(await answer.json()).toEqual({ changed: 1 })
    await failureOf('term-3', { state: 'archived' })
    expect(await replay({ endpoint: 'billing', ids: ['term-3'], by }, infrastructure())).toMatchObject({
      replayed: 0,
      discarded: [{ id: 'term-3', by: 'local', reason: 'Not worth it' }],
    })

    const restored = await shop.send('POST', '/api/restore', { ids: [id, archived.id], reason: 'They are worth it' })
    expect(await restored.json()).toEqual({ changed: 2 })
    await failureOf('term-1', { state: 'unresolved' })
    expect(await replay({ endpoint: 'billing', ids: ['term-3'], by }, infrastructure())).toMatchObject({ replayed: 1 })
    await failureOf('term-3', { state: 'replayRequested' })
    const { history } = await shop.get<FailureDetail>(`/api/failures/${id}`)
    expect(history.map(({ what }) => what)).toEqual(['sent', 'deadLettered', 'archived', 'restored', 'replayed'])
  })
})

async function placeOf(failureId: string): Promise<string> {
  const { deadLetter } = await shop.get<FailureDetail>(`/api/failures/${failureId}`)
  return `${deadLetter.topic}/${deadLetter.partition}/${deadLetter.offset}`
}

describe('an action', () => {
  test('is written down before and after', async () => {
    await shop.fail([{ id: 'written-1' }])
    const { id } = await failureOf('written-1')
    await shop.send('POST', '/api/archive', { ids: [id], reason: 'A test' })
    const { items } = await shop.get<{ items: object[] }>('/api/actions?limit=1')
    expect(items).toMatchObject([
      { by: 'local', what: 'archive', selection: { ids: [id], count: 1 }, count: 1, outcome: 'done', detail: 'A test' },
    ])
  })

  test('is refused from another page, and when it says not exactly what is meant', async () => {
    const other = await fetch(`${shop.console.url}/api/archive`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"filter":{}}',
    })
    expect(other.status).toBe(403)
    const both = await shop.send('POST', '/api/archive', { filter: {}, group: 'endpoint:billing' })
    expect(both.status).toBe(400)
    expect(await both.json()).toMatchObject({ errors: [{ path: '', message: 'give exactly one of ids, group and filter' }] })
  })
})
