import { randomUUID } from 'node:crypto'
import { avroCodec, type BrokerRecord, headerText } from '@petrel/messaging/operations'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../../../../test/support/eventually.ts'
import type { FailureDetail } from '../failures/detail.ts'
import type { Failure } from '../failures/list.ts'
import { hidden } from '../pii/text.ts'
import type { ReplayDetail } from '../replays/replay.ts'
import { type ConsoleSystem, consoleSystem } from '../testing/consoleSystem.ts'
import { thrown } from '../testing/failingEndpoint.ts'
import type { Editable } from './editable.ts'
import type { StagedEdit } from './stageEdit.ts'

/** Sales' own schema, as it was and as it is now. */
const written = {
  type: 'record',
  name: 'OrderPlaced',
  namespace: 'sales',
  fields: [{ name: 'orderId', type: 'string' }],
} as const
const current = {
  ...written,
  key: 'orderId',
  fields: [
    ...written.fields,
    { name: 'email', type: ['null', 'string'], default: null, pii: true },
    { name: 'quantity', type: 'int', default: 1 },
  ],
}

let shop: ConsoleSystem
let schemaId: number
beforeAll(async () => {
  shop = await consoleSystem()
  schemaId = await shop.console.context.registry.register(`${shop.prefix}sales.order-placed-value`, current)
})
afterAll(() => shop[Symbol.asyncDispose]())

const failureOf = (id: string, expected: Partial<Failure> = {}): Promise<Failure> =>
  eventually(async () => {
    const { items } = await shop.get<{ items: Failure[] }>(`/api/failures?q=${id}`)
    const found = items.filter(({ messageId }) => messageId === id)
    expect(found).toMatchObject([expected])
    return found[0] as Failure
  })

/** A failure of an order, with these in its body. */
async function failed(id: string, order: object = {}, headers: Readonly<Record<string, string>> = {}): Promise<Failure> {
  const codec = avroCodec({ registry: shop.console.context.registry })
  const value = await codec.encodeAny(schemaId, { orderId: `order-${id}`, email: 'ada@example.org', quantity: 0, ...order })
  await shop.fail([{ id, key: `order-${id}`, value, headers }], thrown('Nothing to bill'))
  return failureOf(id, { state: 'unresolved', decodable: true })
}

const editable = ({ id }: Failure) => shop.get<Editable>(`/api/failures/${id}/editable`)
const edit = ({ id }: Failure, request: object) => shop.send('POST', `/api/failures/${id}/edit-and-replay`, request)
async function edited(failure: Failure, request: object): Promise<StagedEdit> {
  const answer = await edit(failure, request)
  expect([answer.status, answer.ok || (await answer.text())]).toEqual([202, true])
  return (await answer.json()) as StagedEdit
}

/** What went to billing with this id. */
async function sentTo(topic: string, id: string): Promise<BrokerRecord[]> {
  const records: BrokerRecord[] = []
  for await (const record of shop.console.context.broker.admin.read(shop.prefix + topic))
    if (headerText(record.headers, 'ce_id') === id) records.push(record)
  return records
}
const bodyOf = async ({ value }: BrokerRecord) => (await shop.console.context.codec.decodeAny(value)).data
const replayOf = (id: string) => shop.get<ReplayDetail>(`/api/replays/${id}`)
const deadLetterOf = async ({ id }: Failure) => {
  const { topic, partition, offset } = (await shop.get<FailureDetail>(`/api/failures/${id}`)).deadLetter
  return `${topic}/${partition}/${offset}`
}

test('a corrected message goes to the endpoint as another one, with what was hidden as it was', async () => {
  const failure = await failed('edit-1', {}, { 'x-note': 'for grace@example.org', 'x-token': 'secret-1', 'x-old': 'gone' })
  const shown = await editable(failure)
  expect(shown).toMatchObject({ schema: current, body: { orderId: 'order-edit-1', email: hidden, quantity: 0 } })
  const { messageId, replayId } = await edited(failure, {
    body: { ...(shown.body as object), quantity: 3 },
    headers: { 'x-note': `for ${hidden}`, 'x-new': 'yes' },
  })
  const [record, ...others] = await eventually(async () => {
    const records = await sentTo('billing.replay', messageId)
    expect(records).not.toEqual([])
    return records
  })
  if (record === undefined) throw new Error('there is one')
  expect(others).toEqual([])
  expect(await bodyOf(record)).toEqual({ orderId: 'order-edit-1', email: 'ada@example.org', quantity: 3 })
  const header = (name: string) => headerText(record.headers, name)
  expect(['x-note', 'x-token', 'x-old', 'x-new', 'ce_source', 'ce_type', 'petrel-replay-of'].map(header)).toEqual([
    'for grace@example.org',
    'secret-1',
    undefined,
    'yes',
    'sales',
    'sales.OrderPlaced',
    await deadLetterOf(failure),
  ])
  expect(await sentTo('sales.order-placed', messageId)).toEqual([])

  await failureOf('edit-1', { state: 'archived' })
  const detail = await shop.get<FailureDetail>(`/api/failures/${failure.id}`)
  expect(detail).toMatchObject({ editedAs: messageId, editOf: null })
  expect(detail.history.at(-1)).toMatchObject({ what: 'edited', by: 'local', detail: `Edited as ${messageId}` })
  await eventually(async () =>
    expect(await replayOf(replayId)).toMatchObject({ state: 'done', total: 1, sent: 1, resolved: 0, failed: 0 }),
  )
  await shop.confirm([{ id: messageId, replayOf: await deadLetterOf(failure) }])
  await eventually(async () => expect(await replayOf(replayId)).toMatchObject({ resolved: 1, failed: 0 }))
  await failureOf('edit-1', { state: 'archived' })
  const { rows } = await shop.console.context.pool.query('select key, value, headers from edit where replay_id = $1', [replayId])
  expect(rows).toEqual([{ key: null, value: null, headers: null }])
})

test('a corrected message that fails as well is a failure of its own, and each knows the other', async () => {
  const failure = await failed('edit-2')
  const { body } = await editable(failure)
  const { messageId, replayId } = await edited(failure, { body })
  await failureOf('edit-2', { state: 'archived' })
  await shop.fail([{ id: messageId, headers: { 'petrel-replay-of': await deadLetterOf(failure) } }], thrown('Still nothing'))
  const second = await failureOf(messageId, { state: 'unresolved' })
  expect(await shop.get(`/api/failures/${second.id}`)).toMatchObject({ editOf: failure.id, editedAs: null })
  await eventually(async () => expect(await replayOf(replayId)).toMatchObject({ resolved: 0, failed: 1 }))
})

test('the same request again is no second message, and its id is good for no other', async () => {
  const failure = await failed('edit-3')
  const { body } = await editable(failure)
  const request = { body, requestId: randomUUID() }
  const [one, other] = await Promise.all([edited(failure, request), edited(failure, request)])
  expect(one).toEqual(other)
  await failureOf('edit-3', { state: 'archived' })
  expect(await edited(failure, request)).toEqual(one)
  expect(await sentTo('billing.replay', one.messageId)).toHaveLength(1)
  const third = await edit(failure, { ...request, body: { ...(body as object), quantity: 9 } })
  expect([third.status, ((await third.json()) as { detail: string }).detail]).toEqual([
    409,
    expect.stringContaining('another body'),
  ])
})

test('what does not wait any more is not edited', async () => {
  const failure = await failed('edit-4')
  const { body } = await editable(failure)
  await shop.send('POST', '/api/archive', { ids: [failure.id], reason: 'Invented' })
  const answer = await edit(failure, { body })
  expect([answer.status, ((await answer.json()) as { detail: string }).detail]).toEqual([
    409,
    expect.stringContaining('archived'),
  ])
})

test('what does not fit is refused with a place for each mistake, and nothing is sent or written down', async () => {
  const failure = await failed('edit-5')
  const answer = await edit(failure, {
    body: { orderId: '', email: `not ${hidden}`, quantity: 1.5, more: true },
    headers: { ce_id: 'mine', 'x-a': hidden },
  })
  expect(answer.status).toBe(422)
  const { errors } = (await answer.json()) as { errors: { path: string; message: string }[] }
  expect(new Map(errors.map(({ path, message }) => [path, message]))).toEqual(
    new Map([
      ['/body/email', expect.stringContaining('is hidden')],
      ['/body/quantity', expect.stringContaining('a whole number')],
      ['/body/more', 'is no field of OrderPlaced'],
      ['/headers/ce_id', 'is set by the bus, and nobody changes it'],
      ['/headers/x-a', expect.stringContaining('is hidden')],
    ]),
  )
  const empty = await edit(failure, { body: { orderId: '' } })
  expect(await empty.json()).toMatchObject({ errors: [{ path: '/body/orderId', message: expect.stringContaining('is empty') }] })
  await failureOf('edit-5', { state: 'unresolved' })
  const { items } = await shop.get<{ items: { selection: { failure?: string } }[] }>('/api/actions')
  expect(items.filter(({ selection }) => selection?.failure === failure.id)).toEqual([])
})

test('a message that nobody can read is written anew, in the schema that its topic has now', async () => {
  await shop.fail([{ id: 'edit-6', key: 'order-6', value: Buffer.from('nonsense') }], thrown('Cannot read'))
  const failure = await failureOf('edit-6', { decodable: false })
  expect(await editable(failure)).toMatchObject({ schema: current, body: { orderId: '', email: null, quantity: 1 } })
  const { messageId } = await edited(failure, { body: { orderId: 'order-7', quantity: 2 } })
  const [record] = await eventually(async () => {
    const records = await sentTo('billing.replay', messageId)
    expect(records).toHaveLength(1)
    return records
  })
  expect(record?.key?.toString()).toBe('order-7')
  if (record !== undefined) expect(await bodyOf(record)).toEqual({ orderId: 'order-7', email: null, quantity: 2 })
})

test('an edit that is cancelled before it is sent is none, and the message waits again', async () => {
  const failure = await failed('edit-7')
  const { body } = await editable(failure)
  const { pool } = shop.console.context
  // Somebody has it, and does not send it.
  await pool.query(
    `create rule hold as on insert to replay do also update replay set leased_until = now() + interval '1 hour' where id = new.id`,
  )
  const { replayId } = await edited(failure, { body })
  await pool.query('drop rule hold on replay')
  await failureOf('edit-7', { state: 'replayRequested' })
  await shop.send('POST', `/api/replays/${replayId}/cancel`, {})
  await failureOf('edit-7', { state: 'unresolved' })
  expect(await shop.get(`/api/failures/${failure.id}`)).toMatchObject({ editedAs: null })
})

test('what the endpoint itself had produced is not edited, and says why', async () => {
  const headers = { ce_id: 'edit-8', ce_source: 'billing', 'petrel-refused-by': `${shop.prefix}billing.order-billed` }
  await shop.console.context.broker.publish([{ topic: `${shop.prefix}billing.dlt`, key: 'k', value: Buffer.from('v'), headers }])
  const failure = await failureOf('edit-8')
  const answer = await edit(failure, { body: {} })
  expect([answer.status, ((await answer.json()) as { detail: string }).detail]).toEqual([
    409,
    expect.stringContaining('had produced it'),
  ])
})
