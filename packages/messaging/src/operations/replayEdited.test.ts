import { expect, test } from 'vitest'
import { ce, failure, headerText } from '../headers.ts'
import { listFailures } from './failures.ts'
import { type EditedMessage, replayEdited } from './replayEdited.ts'
import { all, type FailingBilling, failingBilling } from './testing/failingEndpoint.ts'

const by = 'a test'
const at = '2026-03-01T12:00:00.000Z'
const edited: EditedMessage = {
  id: 'm-1-edited',
  key: Buffer.from('order-2'),
  value: Buffer.from('better'),
  headers: { 'x-note': 'edited' },
}

/** The letters of billing, as whoever keeps them elsewhere has them. */
async function letters({ broker }: FailingBilling) {
  const records = await all(broker.admin.read('p.billing.dlt'))
  return records.map((record) => ({
    record,
    identity: { source: 'p.sales.order-placed', id: 'm-1', formerId: 'm-1' },
    positions: [`p.billing.dlt/${record.partition}/${record.offset}`],
    edited,
  }))
}

const seen = ({ broker, prefix }: FailingBilling) =>
  listFailures({ admin: broker.admin, prefix }, 'billing', { withDiscarded: true })

test('an edited message goes to its endpoint alone as another message, and the letter is discarded', async () => {
  const billing = await failingBilling()
  await billing.receive('m-1', { headers: { ce_source: 'sales', 'x-note': 'as it was', 'x-old': '1' } })
  const before = await all(billing.broker.admin.read('p.sales.order-placed'))
  expect(await replayEdited({ endpoint: 'billing', letters: await letters(billing), by, at }, billing)).toEqual([])
  const [record, ...others] = await all(billing.broker.admin.read('p.billing.replay'))
  expect(others).toEqual([])
  expect(record).toMatchObject({ key: Buffer.from('order-2'), value: Buffer.from('better') })
  const headers = Object.fromEntries(
    Object.keys(record?.headers ?? {}).map((name) => [name, headerText(record?.headers ?? {}, name)]),
  )
  expect(headers).toMatchObject({
    [ce.id]: 'm-1-edited',
    [ce.source]: 'sales',
    [ce.type]: 'sales.OrderPlaced',
    [ce.time]: at,
    'x-note': 'edited',
    [failure.replayOf]: 'p.billing.dlt/0/0',
    [failure.originalTopic]: 'p.sales.order-placed',
  })
  expect(Object.keys(headers)).not.toContain('x-old')
  expect(Object.keys(headers)).not.toContain(failure.errorMessage)
  expect(await all(billing.broker.admin.read('p.sales.order-placed'))).toEqual(before)
})

test('when it is handled nothing waits; when it fails as well, it is a failure of its own', async () => {
  const billing = await failingBilling()
  await billing.receive('m-1', { headers: { ce_source: 'p.sales.order-placed' } })
  await replayEdited({ endpoint: 'billing', letters: await letters(billing), by, at }, billing)
  expect(await seen(billing)).toMatchObject([{ id: 'm-1', discarded: { by, at, reason: 'Edited as m-1-edited' } }])
  await billing.handleReplayed()
  expect(await seen(billing)).toMatchObject([
    { id: 'm-1', discarded: { reason: 'Edited as m-1-edited' } },
    { id: 'm-1-edited', discarded: undefined },
  ])
})

test('a second try sends a copy that the inbox drops', async () => {
  const billing = await failingBilling()
  await billing.receive('m-1', { headers: { ce_source: 'p.sales.order-placed' } })
  const request = { endpoint: 'billing', letters: await letters(billing), by, at }
  for (let time = 0; time < 2; time += 1) await replayEdited(request, billing)
  billing.error = undefined
  expect(await billing.handleReplayed()).toBe(2)
  expect(billing.handled).toEqual(['m-1-edited'])
})

test('what the endpoint itself had produced is not sent to it, and still waits', async () => {
  const billing = await failingBilling()
  const headers = { ce_id: 'm-1', [failure.refusedBy]: 'p.billing.order-billed' }
  await billing.broker.publish([{ topic: 'p.billing.dlt', key: 'k', value: Buffer.from('v'), headers }])
  const refused = await replayEdited({ endpoint: 'billing', letters: await letters(billing), by, at }, billing)
  expect(refused).toMatchObject([{ place: 'p.billing.dlt/0/0', reason: expect.stringContaining('the topic that refused it') }])
  expect(await all(billing.broker.admin.read('p.billing.replay'))).toEqual([])
  expect(await seen(billing)).toMatchObject([{ id: 'm-1', discarded: undefined }])
})
