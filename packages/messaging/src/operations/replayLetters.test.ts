import { expect, test } from 'vitest'
import { listFailures } from './failures.ts'
import { readLetter } from './letters.ts'
import { readMark } from './marks.ts'
import { replay } from './replay.ts'
import { type LetterToReplay, markLetters, replayLetters } from './replayLetters.ts'
import { all, type FailingBilling, failingBilling } from './testing/failingEndpoint.ts'

const by = 'a test'
const openIds = async ({ broker, prefix }: FailingBilling) =>
  (await listFailures({ admin: broker.admin, prefix }, 'billing')).map(({ id }) => id)

async function lettersOf({ broker }: FailingBilling): Promise<LetterToReplay[]> {
  const records = await all(broker.admin.read('p.billing.dlt'))
  return records.map((record) => {
    const { identity, place } = readLetter('billing', record)
    return { record, identity, positions: [place] }
  })
}

test('letters that somebody has kept go back without a look into their topic, and count as replayed', async () => {
  const billing = await failingBilling()
  for (const id of ['m-1', 'm-2', 'm-3']) await billing.receive(id)
  const letters = (await lettersOf(billing)).slice(1)
  const { admin } = billing.broker
  const blind = { ...billing.broker, admin: { ...admin, read: () => expect.unreachable('nothing is to be read') } }

  expect(await replayLetters({ endpoint: 'billing', letters, by }, { broker: blind, prefix: 'p.' })).toEqual([])
  expect(await openIds(billing)).toEqual(['m-1'])
  billing.error = undefined
  expect(await billing.handleReplayed()).toBe(2)
  expect(billing.handled).toEqual(['m-2', 'm-3'])
  expect(await replay({ endpoint: 'billing', ids: ['m-2'], by }, billing)).toMatchObject({ replayed: 0, already: ['m-2'] })
})

test('a letter whose body is lost is said to be unsendable, still waits, and keeps no other back', async () => {
  const billing = await failingBilling()
  for (const id of ['m-1', 'm-2']) await billing.receive(id)
  const [first, second] = await lettersOf(billing)
  if (first === undefined || second === undefined) throw new Error('There are two letters.')
  const headers = { ...first.record.headers, 'petrel-body-bytes': '10', 'petrel-body-sha256': 'ab' }
  const lost = { ...first, record: { ...first.record, value: null, headers } }
  const refused = await replayLetters({ endpoint: 'billing', letters: [lost, second], by }, billing)
  expect(refused).toEqual([{ place: first.positions[0], reason: expect.stringContaining('is another record now') }])
  expect(await openIds(billing)).toEqual(['m-1'])
})

test('a decision about letters is a mark that names their message', async () => {
  const billing = await failingBilling()
  await billing.receive('m-1')
  const letters = await lettersOf(billing)
  const mark = { outcome: 'discarded', by, at: '2026-01-02T03:04:05.000Z', reason: 'The order was invented' } as const
  await markLetters({ endpoint: 'billing', letters, mark }, billing)
  expect(await openIds(billing)).toEqual([])

  const [record] = await all(billing.broker.admin.read('p.billing.replayed'))
  const read = record && readMark(record)
  expect(read).toEqual({ position: letters[0]?.positions[0], mark, name: expect.any(String) })
  const [letter] = await all(billing.broker.admin.read('p.billing.dlt'))
  expect(letter && readLetter('billing', letter).markNames).toContain(read?.name)
})
