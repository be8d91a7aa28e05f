import { discard } from '@petrel/messaging/operations'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../../../../test/support/eventually.ts'
import type { FailureDetail } from '../failures/detail.ts'
import type { FailureGroup } from '../failures/groups.ts'
import type { Failure } from '../failures/list.ts'
import { type ConsoleApi, type ConsoleSystem, consoleSystem } from '../testing/consoleSystem.ts'
import { thrown } from '../testing/failingEndpoint.ts'
import { killedReplay } from '../testing/killedReplay.ts'
import type { DryRun, Replay, ReplayDetail, Staged } from './replay.ts'

let shop: ConsoleSystem
beforeAll(async () => void (shop = await consoleSystem()))
afterAll(() => shop[Symbol.asyncDispose]())

/** Messages that fail at a place of their own. @returns their group */
async function failTogether(name: string, count: number): Promise<FailureGroup> {
  const ids = Array.from({ length: count }, (_, number) => `${name}-${number}`)
  await shop.fail(
    ids.map((id) => ({ id })),
    thrown('The till is closed', `${name}.ts:1`),
  )
  return eventually(async () => {
    const { items } = await shop.get<{ items: FailureGroup[] }>(`/api/groups?q=${name}.ts`)
    expect(items).toMatchObject([{ count }])
    return items[0] as FailureGroup
  })
}

const failuresOf = async ({ id }: FailureGroup, query = '') =>
  (await shop.get<{ items: Failure[] }>(`/api/failures?limit=200&group=${id}${query}`)).items

async function replay(body: object, console: ConsoleApi = shop): Promise<Staged> {
  const answer = await console.send('POST', '/api/replays', body)
  expect(answer.status).toBe(202)
  return (await answer.json()) as Staged
}

const untilDone = (replayId: string): Promise<ReplayDetail> =>
  eventually(async () => {
    const found = await shop.get<ReplayDetail>(`/api/replays/${replayId}`)
    expect(found.state).toBe('done')
    return found
  })

describe('a replay', () => {
  test('says what would go where, and changes nothing, when it is only asked what it would do', async () => {
    const group = await failTogether('dry', 3)
    const answer = await shop.send('POST', '/api/replays', { group: group.id, dryRun: true })
    expect(answer.status).toBe(200)
    const expected: DryRun = {
      total: 3,
      leftOut: { stubborn: 0, notUnresolved: 0, foreign: 0 },
      to: [{ endpoint: 'billing', topic: `${shop.prefix}billing.replay`, count: 3, everySubscriber: false }],
    }
    expect(await answer.json()).toEqual(expected)
    expect((await failuresOf(group)).map(({ state }) => state)).toEqual(['unresolved', 'unresolved', 'unresolved'])
  })

  test('of the same group by two operators at once, at two consoles, sends each message once', async () => {
    const [group, other] = await Promise.all([failTogether('two', 60), shop.startProcess()])
    onTestFinished(() => other.process.stop())
    const both = await Promise.all([replay({ group: group.id }), replay({ group: group.id }, other.api)])
    expect(both.map(({ total }) => total).toSorted((a, b) => a - b)).toEqual([0, 60])
    for (const { replayId, total } of both) expect(await untilDone(replayId)).toMatchObject({ sent: total, unsendable: [] })
    const times = new Map<string, number>()
    for await (const { headers } of shop.console.context.broker.admin.read(`${shop.prefix}billing.replay`)) {
      const id = String(headers['ce_id'])
      if (id.startsWith('two-')) times.set(id, (times.get(id) ?? 0) + 1)
    }
    expect([...times.values()]).toEqual(Array.from({ length: 60 }, () => 1))
  })

  test('leaves out what failed again after three replays, unless that is asked for', async () => {
    const group = await failTogether('stubborn', 1)
    for (let replays = 1; replays <= 3; replays += 1) {
      await untilDone((await replay({ group: group.id })).replayId)
      const [failure] = await failuresOf(group)
      const { deadLetter } = await shop.get<Pick<FailureDetail, 'deadLetter'>>(`/api/failures/${failure?.id}`)
      const { topic, partition, offset } = deadLetter
      const headers = { 'petrel-replay-of': `${topic}/${partition}/${offset}` }
      await shop.fail([{ id: 'stubborn-0', headers }], thrown('Closed', 'stubborn.ts:1'))
      await eventually(async () => expect(await failuresOf(group)).toMatchObject([{ state: 'unresolved', replays }]))
    }
    const { items } = await shop.get<{ items: FailureGroup[] }>('/api/groups?q=stubborn.ts')
    expect(items).toMatchObject([{ failedAgain: 1 }])
    expect(await replay({ group: group.id })).toMatchObject({ total: 0, leftOut: { stubborn: 1 } })
    expect(await replay({ group: group.id, includeStubborn: true })).toMatchObject({ total: 1, leftOut: { stubborn: 0 } })
  })

  test('that is cancelled sends no more, and what it has not sent waits again', async () => {
    const group = await failTogether('cancelled', 50)
    const { replayId } = await replay({ group: group.id, ratePerSecond: 5 })
    await eventually(async () => expect((await shop.get<Replay>(`/api/replays/${replayId}`)).sent).toBeGreaterThan(0))
    expect(await failuresOf(group, '&state=unresolved')).toHaveLength(0)
    const answer = await shop.send('POST', `/api/replays/${replayId}/cancel`, {})
    expect(await answer.json()).toMatchObject({ state: 'cancelled' })
    await eventually(async () => {
      const { sent } = await shop.get<Replay>(`/api/replays/${replayId}`)
      expect(sent).toBeLessThan(50)
      expect(await failuresOf(group, '&state=unresolved')).toHaveLength(50 - sent)
    })
  })

  test('of a message that somebody else has decided about meanwhile does not send it', async () => {
    const group = await failTogether('settled', 2)
    const { replayId } = await replay({ group: group.id, ratePerSecond: 1 })
    const ids = ['settled-0', 'settled-1']
    await discard({ endpoint: 'billing', ids, by: 'another', reason: 'Invented' }, shop.console.context)
    const { sent, unsendable } = await untilDone(replayId)
    expect(sent + unsendable.length).toBe(2)
    for (const { reason } of unsendable) expect(reason).toBe('Somebody else has replayed or archived it meanwhile.')
  })
})

test('a replay goes on when the console that sends it is killed: none is lost, and at most one step is sent twice', async () => {
  await using own = await consoleSystem()
  const { messages, second } = await killedReplay(own, 600, 200)
  expect(messages).toBe(600)
  expect(second).toBeLessThanOrEqual(40)
})
