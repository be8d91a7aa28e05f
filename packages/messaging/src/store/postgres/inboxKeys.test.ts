import { assert, property, string, uuid } from 'fast-check'
import { expect, onTestFinished, test, vi } from 'vitest'
import { uuidAt } from './arrays.ts'
import { uuid7 } from '../../uuid7.ts'
import { BinaryWriter } from './binaryWriter.ts'
import { earliestKeyOf, formerInboxKeys, inboxKeys } from './inboxKeys.ts'

const text = string({ unit: 'grapheme' })
const writer = new BinaryWriter()
const key = (source: string, id: string) => uuidAt(inboxKeys(writer, [{ source, id, formerId: id }]), 0)
const formerKey = (formerId: string) => uuidAt(formerInboxKeys(writer, [{ source: 'sales', id: formerId, formerId }]), 0)
const hex = (id: string) => id.toLowerCase().replaceAll('-', '')

test('two messages have one key only if their sources and their ids are the same', () => {
  assert(
    property(text, text, text, text, (source, id, otherSource, otherId) => {
      expect(key(source, id) === key(otherSource, otherId)).toBe(source === otherSource && id === otherId)
    }),
  )
  assert(
    property(text, uuid(), text, uuid(), (source, id, otherSource, otherId) => {
      expect(key(source, id)).not.toBe(key(source, otherId))
      expect(key(source, id) === key(otherSource, id)).toBe(source === otherSource)
    }),
  )
})

test('ids that differ only in case or space have different keys', () => {
  const id = '0197f3c2-7b1a-7c3d-9e8f-7a6b5c4d3e2f'
  const ids = [id, id.toUpperCase(), hex(id), `{${id}}`, ` ${id}`, 'order', 'Order', 'order ', '']
  expect(new Set(ids.map((each) => key('sales', each))).size).toBe(ids.length)
})

test('keys of UUIDs begin with the time that the UUIDs begin with', () => {
  assert(
    property(text, uuid(), (source, id) => {
      expect(key(source, id).slice(0, 12)).toBe(hex(id).slice(0, 12))
    }),
  )
})

test('a key never changes', () => {
  expect(key('sales', '0197f3c2-7b1a-7c3d-9e8f-7a6b5c4d3e2f')).toBe('0197f3c27b1ad55c77124b093f13a1c6')
  expect(key('sales', 'order-17')).toBe('ec477d974bf85d84a1deb844e5b5ad81')
  for (let other = 0; other < 5_000; other += 1) key(`source ${other}`, 'order-17')
  expect(key('sales', 'order-17')).toBe('ec477d974bf85d84a1deb844e5b5ad81')
})

test('the key of Petrel 0.1 is the id alone when that is a UUID, in any case of its letters', () => {
  assert(
    property(uuid(), (id) => {
      expect(formerKey(id)).toBe(hex(id))
      expect(formerKey(id.toUpperCase())).toBe(hex(id))
    }),
  )
})

test('the key of Petrel 0.1 is the name-based UUID of any other id', () => {
  expect(formerKey('order-17')).toBe(hex('0d54c994-83b8-5f9a-a470-754a4ee509d6'))
})

test('the keys of several messages are in the order of the messages', () => {
  const messages = ['0197f3c2-7b1a-7c3d-9e8f-7a6b5c4d3e2f', 'order-17', ''].map((id) => ({ source: 'sales', id, formerId: id }))
  const keys = inboxKeys(writer, messages)
  expect(messages.map((_, at) => uuidAt(keys, at))).toEqual(messages.map(({ id }) => key('sales', id)))
})

test('the key follows from the message and not from the clock: two replicas know one message at midnight as well', () => {
  const id = '0197f3c2-7b1a-7c3d-9e8f-7a6b5c4d3e2f'
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const keys = ['2030-01-01T23:59:59.999Z', '2030-01-02T00:00:00.000Z', '2031-01-01T00:00:00.000Z'].map((at) => {
    vi.setSystemTime(at)
    return [key('sales', id), key('sales', 'order-17')].join()
  })
  expect(new Set(keys).size).toBe(1)
})

test('keys of ids that are times begin with them', () => {
  const at = new Date('2030-01-02T03:04:05.678Z')
  const [before, then, later] = [-1, 0, 1].map((ms) => key('sales', uuid7(at.getTime() + ms)))
  const bound = hex(earliestKeyOf(at))
  expect([before ?? '', bound, then ?? '', later ?? '']).toEqual([before ?? '', bound, then ?? '', later ?? ''].toSorted())
})
