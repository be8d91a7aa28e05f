import { expect, test } from 'vitest'
import type { OutgoingRecord } from '../../broker/port.ts'
import { WriteRefused } from '../port.ts'
import { aRecord, aUnit, type UnderTest } from './fixture.ts'

export function outboxConformance({ store, other, save }: UnderTest): void {
  test('the next owner of a lane reads what a unit produces exactly as it was saved', async () => {
    const outgoing = [
      aRecord('first'),
      { topic: 'billing.dlt', key: null, value: null, headers: {}, partition: 3 },
      {
        topic: 'ünïcode',
        key: Buffer.from([0, 255]),
        value: Buffer.alloc(0),
        headers: { many: ['a', Buffer.from([1])], text: '✓', empty: '', constructor: 'x', toString: Buffer.from('y') },
      },
    ]
    const id = await save(aUnit({ outgoing }))
    expect(await other().pendingOutbox('lane-1')).toEqual([{ id, outgoing }])
  })

  test('header values that are null are left out; a name that is repeated keeps its values in order', async () => {
    const headers = JSON.parse('{"none":null,"many":["b",null,"a","b"],"here":"yes"}') as OutgoingRecord['headers']
    await save(aUnit({ outgoing: [{ ...aRecord('foreign'), headers }] }))
    const [entry] = await store().pendingOutbox('lane-1')
    expect(entry?.outgoing[0]?.headers).toEqual({ many: ['b', 'a', 'b'], here: 'yes' })
  })

  test('a record that cannot be encoded refuses its unit', async () => {
    const foreign = { ...aRecord(''), headers: { ce_id: 17 as unknown as string } }
    await expect(save(aUnit({ outgoing: [aRecord('fine'), foreign] }))).rejects.toThrow(WriteRefused)
    expect(await store().pendingOutbox('lane-1')).toEqual([])
  })

  test('a unit that produces nothing has no row in the outbox', async () => {
    expect(await save(aUnit())).toBeUndefined()
    expect(await store().pendingOutbox('lane-1')).toEqual([])
  })

  test('a lane sees its own rows only, oldest first', async () => {
    const ids: (string | undefined)[] = []
    for (const value of ['one', 'two', 'three']) {
      ids.push(await save(aUnit({ outgoing: [aRecord(value)] })))
      await save(aUnit({ lane: 'lane-2', outgoing: [aRecord(`${value} of another lane`)] }))
    }
    const pending = await store().pendingOutbox('lane-1')
    expect(pending.map(({ id }) => id)).toEqual(ids)
    expect(pending.map(({ outgoing }) => String(outgoing[0]?.value))).toEqual(['one', 'two', 'three'])
  })

  test('a row is deleted with the next unit once its records were sent', async () => {
    const first = await save(aUnit({ outgoing: [aRecord('one')] }))
    const second = await save(aUnit({ outgoing: [aRecord('two')], sent: [String(first)] }))
    expect((await store().pendingOutbox('lane-1')).map(({ id }) => id)).toEqual([second])
  })

  test('rows can be deleted without a unit, and a second time without harm', async () => {
    const ids = [await save(aUnit({ outgoing: [aRecord('one')] })), await save(aUnit({ outgoing: [aRecord('two')] }))]
    await store().deleteOutbox(ids.map(String))
    await store().deleteOutbox(ids.map(String))
    await store().deleteOutbox([])
    expect(await store().pendingOutbox('lane-1')).toEqual([])
  })

  test('lanes that have left something are known, once it is old enough', async () => {
    await save(aUnit({ lane: 'lane-2', outgoing: [aRecord('one')] }))
    await save(aUnit({ lane: 'lane-1', outgoing: [aRecord('two')] }))
    await save(aUnit({ lane: 'lane-1', outgoing: [aRecord('three')] }))
    await save(aUnit({ lane: 'lane-3' }))
    expect(await store().lanesWithOutbox(0)).toEqual(['lane-1', 'lane-2'])
    expect(await store().lanesWithOutbox(60_000)).toEqual([])
  })

  test('two thousand large records of a unit are one row', async () => {
    const outgoing = Array.from({ length: 2_000 }, (_, at) => aRecord(`${at}`.padEnd(1_000, '.')))
    await save(aUnit({ outgoing }))
    expect(await store().pendingOutbox('lane-1')).toEqual([expect.objectContaining({ outgoing })])
  })

  test('a lane with a NUL character is refused, and nothing is pending for it', async () => {
    await expect(save(aUnit({ lane: 'lane\0', outgoing: [aRecord('one')] }))).rejects.toThrow(WriteRefused)
    expect(await store().pendingOutbox('lane\0')).toEqual([])
  })
}
