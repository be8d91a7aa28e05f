import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Broker, type BrokerRecord, BrokerUnavailable } from '../broker/port.ts'
import { ce, failure, headerText } from '../headers.ts'
import { discard } from './discard.ts'
import { erase } from './erase.ts'
import { listFailures } from './failures.ts'
import { replay } from './replay.ts'
import { restore } from './restore.ts'
import { all, type FailingBilling, failingBilling } from './testing/failingEndpoint.ts'

const by = 'a test'
const ofAda = { headers: { 'x-customer': 'ada' } }
const isAda = ({ headers }: BrokerRecord) => headerText(headers, 'x-customer') === 'ada'

const eraseAda = ({ broker, prefix }: FailingBilling, through: Broker = broker) =>
  erase({ endpoint: 'billing', isAbout: isAda }, { broker: through, prefix })
const failuresOf = ({ broker, prefix }: FailingBilling) =>
  listFailures({ admin: broker.admin, prefix }, 'billing', { withDiscarded: true })
const idsIn = async ({ broker }: FailingBilling, topic: string) =>
  (await all(broker.admin.read(`p.billing.${topic}`))).map(({ headers }) => headerText(headers, ce.id))

/** Everything about failures that must not change for others. Of copies that came within a moment the last one is kept, with its time. */
const seen = async (billing: FailingBilling) =>
  (await failuresOf(billing))
    .map((failure) => ({ ...failure, deadLetter: 'wherever it is', firstFailedAt: 'within a moment' }))
    .filter(({ id }) => !id.startsWith('ada'))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))

test('letters of one customer are gone, and those of others wait as before', async () => {
  const billing = await failingBilling()
  await billing.receive('bob-1')
  await billing.receive('ada-1', ofAda)
  await billing.receive('bob-2')
  await billing.receive('ada-2', ofAda)
  await billing.receive('bob-3')
  const before = await seen(billing)
  expect(await eraseAda(billing)).toEqual({
    erased: ['p.billing.dlt/0/1', 'p.billing.dlt/0/3'],
    copied: 2,
    handled: 0,
    waiting: 0,
  })
  expect(await idsIn(billing, 'dlt')).toEqual(['bob-3', 'bob-1', 'bob-2'])
  expect(await seen(billing)).toEqual(before)
})

test('when nothing is about somebody nothing is written or cut off', async () => {
  const billing = await failingBilling()
  await billing.receive('bob-1')
  const { changes } = billing.broker
  expect(await eraseAda(billing)).toEqual({ erased: [], copied: 0, handled: 0, waiting: 0 })
  expect([billing.broker.changes, await idsIn(billing, 'dlt')]).toEqual([changes, ['bob-1']])
  const nobody = { endpoint: 'nobody', isAbout: isAda }
  expect(await erase(nobody, billing)).toEqual({ erased: [], copied: 0, handled: 0, waiting: 0 })
})

test('what was replayed is not sent again afterwards, and what was discarded is still discarded and can be restored', async () => {
  const billing = await failingBilling()
  for (const id of ['bob-1', 'bob-2', 'bob-3']) await billing.receive(id)
  await billing.receive('ada-1', ofAda)
  await replay({ endpoint: 'billing', ids: ['bob-1'], by }, billing)
  await discard({ endpoint: 'billing', ids: ['bob-2'], reason: 'Invented', by }, billing)
  const before = await seen(billing)
  await eraseAda(billing)
  expect(await seen(billing)).toEqual(before)
  expect(await idsIn(billing, 'dlt')).toEqual(['bob-2', 'bob-3'])
  await restore({ endpoint: 'billing', ids: ['bob-2'], by }, billing)
  expect(await replay({ endpoint: 'billing', by }, billing)).toMatchObject({ replayed: 2 })
  billing.error = undefined
  await billing.handleReplayed()
  expect(billing.handled).toEqual(['bob-1', 'bob-2', 'bob-3'])
})

test('a mark about the first copy, made while letters are erased, is one about the copy', async () => {
  const billing = await failingBilling()
  await billing.receive('bob-1')
  await billing.receive('ada-1', ofAda)
  let isReplayed = false
  const through: Broker = {
    ...billing.broker,
    async publish(records) {
      if (!isReplayed) await replay({ endpoint: 'billing', ids: ['bob-1'], by }, billing)
      isReplayed = true
      await billing.broker.publish(records)
    },
  }
  await eraseAda(billing, through)
  expect(await idsIn(billing, 'dlt')).toEqual(['bob-1'])
  expect(await failuresOf(billing)).toEqual([])
})

test('a letter that is erased twice keeps the name of its first place, and another failing of it is another one', async () => {
  const billing = await failingBilling()
  await billing.receive('bob-1')
  await billing.receive('ada-1', ofAda)
  await eraseAda(billing)
  await billing.receive('ada-2', ofAda)
  await eraseAda(billing)
  const [copy] = await all(billing.broker.admin.read('p.billing.dlt'))
  expect(headerText(copy?.headers ?? {}, failure.copyOf)).toBe('p.billing.dlt/0/0')
  await replay({ endpoint: 'billing', by }, billing)
  expect(await failuresOf(billing)).toEqual([])
  await billing.handleReplayed()
  expect(await failuresOf(billing)).toMatchObject([{ id: 'bob-1' }])
})

test('a record that says nothing of where it was first is the same message at its new place', async () => {
  const billing = await failingBilling()
  await billing.broker.publish([{ topic: 'p.billing.dlt', key: 'k', value: Buffer.from('from elsewhere'), headers: {} }])
  await billing.receive('ada-1', ofAda)
  const before = await seen(billing)
  await eraseAda(billing)
  expect(await seen(billing)).toEqual(before)
})

test('of retries and replays what the endpoint has handled is gone, and what waits there stays', async () => {
  const billing = await failingBilling()
  await billing.receive('ada-1', ofAda)
  await billing.receive('ada-2', ofAda)
  await replay({ endpoint: 'billing', ids: ['ada-1'], by }, billing)
  const [replayed] = await all(billing.broker.admin.read('p.billing.replay'))
  if (replayed === undefined) throw new Error('one was replayed')
  const { topic, partition } = replayed
  await billing.broker.admin.commit('p.billing.retry', [{ topic, partition, offset: replayed.offset + 1n }])
  await replay({ endpoint: 'billing', ids: ['ada-2'], by }, billing)
  expect(await eraseAda(billing)).toMatchObject({ erased: { length: 2 }, copied: 0, handled: 1, waiting: 1 })
  expect(await idsIn(billing, 'replay')).toEqual(['ada-2'])
})

/** Fails at the so-manieth call that changes something: it was done, or it was not. */
function failingAt(broker: Broker, call: number, how: 'lost' | 'unanswered'): Broker {
  let calls = 0
  const fail = async (act: () => Promise<void>) => {
    calls += 1
    if (calls !== call) return act()
    if (how === 'unanswered') await act()
    throw new BrokerUnavailable('as the test wished')
  }
  return {
    ...broker,
    publish: (records) => fail(() => broker.publish(records)),
    admin: { ...broker.admin, deleteRecords: (before) => fail(() => broker.admin.deleteRecords(before)) },
  }
}

type Step = 'ada' | 'bob' | 'bob fails twice' | 'replay' | 'discard' | 'restore' | 'handle' | 'erase'

const steps = fc.array(
  fc.constantFrom<Step>('ada', 'bob', 'bob', 'bob fails twice', 'replay', 'discard', 'restore', 'handle', 'erase'),
  { maxLength: 14 },
)

async function run(billing: FailingBilling, done: readonly Step[]): Promise<void> {
  for (const [index, step] of done.entries()) {
    const ids = [`bob-${index - 1}`, `bob-${index - 2}`, `bob-${index - 3}`]
    if (step === 'ada') await billing.receive(`ada-${index}`, ofAda)
    if (step === 'bob') await billing.receive(`bob-${index}`)
    if (step === 'bob fails twice') await billing.receive(`bob-${index}`, { times: 2 })
    if (step === 'replay') await replay({ endpoint: 'billing', ids, by }, billing)
    if (step === 'discard') await discard({ endpoint: 'billing', ids, reason: 'Invented', by }, billing)
    if (step === 'restore') await restore({ endpoint: 'billing', ids, by }, billing)
    if (step === 'handle') await billing.handleReplayed()
    if (step === 'erase') await eraseAda(billing)
  }
}

test('whatever was decided before, and wherever it is killed, others lose and double nothing, and the customer is gone', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 3 }), fc.constantFrom('lost', 'unanswered'), async (done, call, how) => {
      const billing = await failingBilling()
      await run(billing, done)
      const before = await seen(billing)
      await eraseAda(billing, failingAt(billing.broker, call, how)).catch((error: unknown) =>
        expect(error).toBeInstanceOf(BrokerUnavailable),
      )
      expect(await seen(billing)).toEqual(before)
      await eraseAda(billing)
      expect(await seen(billing)).toEqual(before)
      expect((await idsIn(billing, 'dlt')).filter((id) => id?.startsWith('ada'))).toEqual([])
      // Each message that waits can be sent, once.
      const waiting = before.filter(({ discarded }) => discarded === undefined)
      expect(await replay({ endpoint: 'billing', by }, billing)).toMatchObject({ replayed: waiting.length, unsendable: [] })
    }),
    { numRuns: 200 },
  )
})
