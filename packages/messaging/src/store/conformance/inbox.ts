import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { AlreadyHandled, WriteRefused } from '../port.ts'
import { aMessage, aNote, anOrder, aRecord, aSaga, aUnit, notes, orders, rowsOf, type UnderTest } from './fixture.ts'

export function inboxConformance({ fixture, store, other, save }: UnderTest): void {
  test('a message is handled once its unit is saved; every replica knows it', async () => {
    const [handled, another] = [aMessage(), aMessage()]
    expect(await store().handledIds([handled, another])).toEqual(new Set())
    await save(aUnit({ handled: [handled] }))
    expect(await store().handledIds([handled, another])).toEqual(new Set([handled]))
    expect(await other().handledIds([another, handled])).toEqual(new Set([handled]))
  })

  test('the answer has the very objects of the question, so that the caller can look them up', async () => {
    const id = randomUUID()
    await save(aUnit({ handled: [aMessage(id)] }))
    const copies = [aMessage(id), aMessage(id)]
    const handled = await store().handledIds(copies)
    expect(copies.map((copy) => handled.has(copy))).toEqual([true, true])
  })

  test.each([
    ['a UUID', randomUUID()],
    ['no UUID', 'order 17 ✓'],
  ])('two messages with one id from two sources are two messages; the id is %s', async (_, id) => {
    const [ofSales, ofBilling] = [aMessage(id, 'sales'), aMessage(id, 'billing')]
    await save(aUnit({ handled: [ofSales] }))
    expect(await store().handledIds([ofSales, ofBilling])).toEqual(new Set([ofSales]))
    await save(aUnit({ handled: [ofBilling] }))
    expect(await store().handledIds([ofSales, ofBilling])).toEqual(new Set([ofSales, ofBilling]))
  })

  test.each([
    ['no UUID', 'order 17 ✓'],
    ['empty', ''],
    ['huge', 'x'.repeat(1_000_000)],
    ['a text with a NUL character', 'order\0 17'],
    ['a text with a line break', 'order\n17'],
    ['a UUID in upper case', '0197F3C2-7B1A-7C3D-9E8F-7A6B5C4D3E2F'],
    ['topic, partition, offset and time', '3/17@1767225600000'],
  ])('a message is known by its whole id, which is %s', async (_, id) => {
    await save(aUnit({ handled: [aMessage(id)] }))
    const messages = [aMessage(id), aMessage(`${id} `), aMessage(id, 'sales ')]
    expect(await store().handledIds(messages)).toEqual(new Set(messages.slice(0, 1)))
    await expect(save(aUnit({ handled: [aMessage(id)] }))).rejects.toThrow(AlreadyHandled)
  })

  test('where the source ends and the id begins makes a difference', async () => {
    const [one, another] = [aMessage('b\nc', 'a'), aMessage('c', 'a\nb')]
    await save(aUnit({ handled: [one] }))
    expect(await store().handledIds([one, another])).toEqual(new Set([one]))
  })

  test('a unit with a message that was handled before saves nothing', async () => {
    const twice = aMessage()
    await save(aUnit({ handled: [twice] }))
    const fresh = aMessage()
    const saga = aSaga()
    const unit = aUnit({
      handled: [fresh, twice],
      outgoing: [aRecord('must not be sent')],
      rows: new Map([...rowsOf(orders, anOrder()), ...rowsOf(notes, aNote())]),
      sagas: [saga],
      scheduled: [{ id: 'alarm', dueAt: new Date(0), record: aRecord('alarm') }],
    })
    await expect(save(unit)).rejects.toThrow(AlreadyHandled)

    expect(await store().handledIds([fresh])).toEqual(new Set())
    expect(await store().pendingOutbox('lane-1')).toEqual([])
    expect(await fixture().rows(orders)).toEqual([])
    expect(await fixture().rows(notes)).toEqual([])
    expect(await store().loadSagas([saga])).toEqual([])
    expect(await store().publishScheduled(async () => {}, 10)).toEqual({ published: 0, nextAt: undefined })
  })

  test('a message that comes again is reported as handled, not as a row that exists', async () => {
    const handled = [aMessage()]
    const rows = rowsOf(orders, anOrder())
    await save(aUnit({ handled, rows }))
    await expect(save(aUnit({ handled, rows }), other())).rejects.toThrow(AlreadyHandled)
  })

  test('of replicas that race with the same message exactly one handles it', async () => {
    for (let round = 0; round < 10; round += 1) {
      const handled = [aMessage(), aMessage()]
      const rows = rowsOf(orders, anOrder())
      const outcomes = await Promise.allSettled([
        save(aUnit({ handled, rows })),
        save(aUnit({ handled, rows }), other()),
        save(aUnit({ handled, rows }), other()),
      ])
      const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
      expect(failures).toEqual([expect.any(AlreadyHandled), expect.any(AlreadyHandled)])
      expect(await fixture().rows(orders)).toHaveLength(round + 1)
    }
  })

  test('a unit that has one message twice is refused, so that it is halved and not tried for ever', async () => {
    const message = aMessage()
    await expect(save(aUnit({ handled: [message, { ...message }] }))).rejects.toThrow(WriteRefused)
    expect(await store().handledIds([message])).toEqual(new Set())
    await save(aUnit({ handled: [message] }))
    await expect(save(aUnit({ handled: [message, message] }))).rejects.toThrow(WriteRefused)
  })

  test('messages that were handled before a date are deleted and counted, and can be handled again', async () => {
    const old = [aMessage(), aMessage()]
    await save(aUnit({ handled: old }))
    expect(await store().deleteHandledBefore(new Date(Date.now() - 3_600_000))).toBe(0)
    expect(await store().handledIds(old)).toEqual(new Set(old))
    expect(await store().deleteHandledBefore(new Date(Date.now() + 3_600_000))).toBe(2)
    expect(await store().handledIds(old)).toEqual(new Set())
    await save(aUnit({ handled: old }))
  })

  test('to save or to ask for nothing does nothing', async () => {
    expect(await save(aUnit({ handled: [] }))).toBeUndefined()
    expect(await store().handledIds([])).toEqual(new Set())
  })
}
